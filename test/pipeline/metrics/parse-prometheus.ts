/** One line of the Prometheus text format, read by its grammar and nothing more lenient. */
export interface ParsedSample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** Reads the text format 0.0.4 strictly: every line is a comment of a known kind or a sample of a metric that was declared before. */
export function parsePrometheus(text: string): ParsedSample[] {
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line has no end');
  const types = new Map<string, string>();
  const samples: ParsedSample[] = [];
  const seen = new Set<string>();
  for (const line of text.split('\n').slice(0, -1)) {
    const type = /^# TYPE ([a-z_:][a-z0-9_:]*) (counter|gauge|histogram)$/.exec(line);
    if (type) {
      if (types.has(type[1]!)) throw new Error(`${type[1]} is declared twice`);
      types.set(type[1]!, type[2]!);
      continue;
    }
    if (/^# HELP [a-z_:][a-z0-9_:]* ./.test(line)) continue;
    // A label value may hold any character but a line feed, carriage returns and U+2028 included.
    const sample = /^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? (\S+)$/s.exec(line);
    if (!sample) throw new Error(`not a sample: ${JSON.stringify(line)}`);
    const [, name, pairs = '', value] = sample as unknown as [string, string, string | undefined, string];
    const base = name.replace(/_(bucket|sum|count)$/, '');
    const isPart = base !== name && types.get(base) === 'histogram';
    if (!types.has(name) && !isPart) throw new Error(`${name} was not declared`);
    const labels: Record<string, string> = Object.create(null);
    let rest = pairs;
    while (rest !== '') {
      const pair = /^([a-z_][a-z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,(?=.)|$)/.exec(rest);
      if (!pair) throw new Error(`not labels: ${JSON.stringify(rest)}`);
      labels[pair[1]!] = pair[2]!.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c));
      rest = rest.slice(pair[0].length);
    }
    const key = JSON.stringify([name, Object.entries(labels).sort()]);
    if (seen.has(key)) throw new Error(`twice: ${key}`);
    seen.add(key);
    if (!/^(NaN|[+-]Inf|-?\d+(\.\d+)?(e[+-]\d+)?)$/.test(value)) throw new Error(`not a number: ${value}`);
    samples.push({ name, labels, value: value === '+Inf' ? Infinity : value === '-Inf' ? -Infinity : Number(value) });
  }
  return samples;
}
