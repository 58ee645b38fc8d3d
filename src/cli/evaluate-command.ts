import { writeFile } from 'node:fs/promises';
import { Command, InvalidArgumentError } from 'commander';
import { type Evaluation, judge, judgedSeriesOf } from '../advise/evaluate/evaluate.js';
import type { FieldSample } from '../advise/sample.js';
import { InvalidOptionError, StorageError } from '../errors.js';
import { StdoutSink } from '../io/stdout-sink.js';
import { toPlan } from '../pipeline/to-plan.js';
import { paintFor } from './advise/paint.js';
import { plotScores, plotValues } from './advise/plot-sample.js';
import { readSample } from './advise/read-sample.js';
import { svgDocument } from './advise/svg.js';
import { withProgress } from './advise/with-progress.js';
import { wrap } from './advise/wrap.js';
import { evaluationPanels } from './evaluate/evaluation-panels.js';
import { type NamedConfiguration, parseConfiguration, parseDetector } from './evaluate/parse-configuration.js';
import { readLabels } from './evaluate/read-labels.js';
import { LEGEND, renderEvaluation } from './evaluate/render-evaluation.js';
import { describeSourceFlag, SOURCE_OPTIONS, type SourceFlags, sourceConfig } from './source-options.js';

interface Flags extends SourceFlags {
  labels?: string;
  before: number;
  after: number;
  detector?: string[];
  json?: boolean;
  plot?: string | true;
}

const WIDTH = 80;

const values = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && Number.isFinite(value)))
    throw new InvalidArgumentError('must be a number of values from 0 on.');
  return value;
};

export function evaluateCommand(): Command {
  const command = new Command('evaluate')
    .description('judge configurations side by side on a file: log score, calibration, recovery, drift')
    .argument(
      '<configurations...>',
      'methods, method:option=value,…, {YAML} or pipeline files; the file comes last, - is stdin',
    );
  for (const option of SOURCE_OPTIONS()) command.addOption(option);
  return command
    .option(
      '--labels <file>',
      'windows in which something happened: JSON or CSV with start, end, and as wanted key, field',
    )
    .option('--before <values>', 'an alarm may come so many values before a window', values, 0)
    .option('--after <values>', 'or so many after it', values, 0)
    .option(
      '--detector <name>',
      'a detector on the normalized values (repeatable): joint, adwin, page-hinkley, cusum, ewma, shewhart, kswin, hddm-a, hddm-w; or name:option=value,…',
      (name: string, before: string[] = []) => [...before, name],
    )
    .option('--json', 'everything that was measured, as JSON')
    .option('--plot [file.svg]', 'draw values, scores and alarms: in the terminal, or into an SVG file')
    .addHelpText(
      'after',
      `
Options of a method are named as in a configuration; halfLife and window stand for the memory.
Of a detector: falseAlarmEvery (100000), or its own: smallestShift, delta, threshold, limit, alpha, clock.

Examples:
  streamnorm evaluate adaptive z-score:halfLife=300 robust:window=500 readings.csv
  streamnorm evaluate pipeline.yaml other.yaml readings.ndjson --key device
  streamnorm evaluate adaptive z-score data.csv --time ts --labels windows.json --detector adwin
  streamnorm evaluate '{method: z-score, drift: {detector: joint, policy: shadow}}' adaptive data.csv`,
    )
    .action(run);
}

async function run(given: string[], flags: Flags): Promise<void> {
  // `--plot data.csv` names the data.
  const isFile = typeof flags.plot === 'string' && !flags.plot.endsWith('.svg');
  const all = isFile ? [...given, flags.plot as string] : given;
  if (all.length < 2)
    throw new InvalidOptionError('evaluate', given.join(' '), 'given configurations and, last, a file or -');
  const file = all.at(-1)!;
  const configurations = all.slice(0, -1).map(parseConfiguration);
  const plan = toPlan(sourceConfig(file, withRecord(flags, configurations)), describeSourceFlag);
  const labels = flags.labels === undefined ? undefined : readLabels(flags.labels, file);
  const { collector } = await readSample(plan, flags.records);
  const samples = collector.fields();
  const detectors = Object.fromEntries((flags.detector ?? []).map((text) => [text, parseDetector(text)]));
  const judged = withProgress(samples, 'judging', (sample) => {
    const series = judgedSeriesOf(sample);
    const { before, after } = flags;
    return configurations.flatMap(({ name, optionsOf }) => {
      const options = optionsOf(sample.name);
      const isScalar = options !== undefined && options.method !== 'unit-norm' && options.method !== 'batch';
      return isScalar
        ? [judge(sample.name, name, options, series, { ...(labels && { labels }), detectors, before, after })]
        : [];
    });
  });
  if (typeof flags.plot === 'string' && !isFile) {
    const panels = judged.flatMap((rows, i) =>
      rows.length > 0 ? evaluationPanels(rows, samples[i]!, labels ?? []) : [],
    );
    await writeFile(flags.plot, svgDocument(panels)).catch((cause: Error) => {
      throw new StorageError(`${flags.plot} could not be written: ${cause.message}`, { cause });
    });
  }
  if (flags.json)
    return print(`${JSON.stringify({ records: collector.records, evaluations: judged.flat() }, infiniteAsText, 2)}\n`);
  const isPlotted = flags.plot === true || isFile;
  await print(`${[...report(judged, samples, isPlotted)].join('\n').trimEnd()}\n`);
}

function* report(
  judged: readonly Evaluation[][],
  samples: readonly FieldSample[],
  isPlotted: boolean,
): Generator<string> {
  const paint = paintFor(process.stdout);
  if (judged.every((rows) => rows.length === 0)) yield 'no numeric field that a configuration names';
  for (const [i, rows] of judged.entries()) {
    if (rows.length === 0) continue;
    const { series } = samples[i]!;
    const total = series.reduce((sum, { values: all }) => sum + all.length, 0);
    yield* renderEvaluation(rows, `${total} values${series.length > 1 ? ` of ${series.length} series` : ''}`, paint);
    if (isPlotted) yield* ['', ...plotValues(samples[i]!, WIDTH, paint)];
    for (const { configuration, options } of isPlotted ? rows : [])
      yield* plotScores(configuration, options, samples[i]!, WIDTH, paint);
    yield '';
  }
  yield* wrap(LEGEND, WIDTH).map((line) => paint('dim', line));
}

/** Key, time and fields that a pipeline file names are taken from there unless flags say otherwise. */
function withRecord(flags: Flags, configurations: readonly NamedConfiguration[]): SourceFlags {
  const plan = configurations.find((configuration) => configuration.plan)?.plan;
  if (plan === undefined) return flags;
  const { key, time } = plan.record;
  const named = configurations.flatMap(
    (configuration) => configuration.plan?.fields.named.map(({ name }) => name) ?? [],
  );
  const isAll = configurations.some(({ plan: other }) => other === undefined || other.fields.others !== undefined);
  return {
    ...flags,
    ...(flags.key === undefined && key.length > 0 && { key: [...key] }),
    ...(flags.time === undefined && time !== undefined && { time }),
    ...(flags.field === undefined && !isAll && { field: [...new Set(named)] }),
  };
}

/** JSON has no word for what never ends; null stands for what is not known. */
function infiniteAsText(_key: string, value: unknown): unknown {
  return value === Number.POSITIVE_INFINITY ? 'never' : value;
}

function print(text: string): Promise<void> {
  return new StdoutSink().write(Buffer.from(text));
}
