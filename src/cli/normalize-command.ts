import { Command, InvalidArgumentError, Option } from 'commander';
import { InvalidOptionError } from '../errors.js';
import { defaultMethod } from '../normalize/default-method.js';
import type { FieldOptions } from '../normalize/field-options.js';
import { isTimed } from '../normalize/is-timed.js';
import { withDefaults } from '../normalize/with-defaults.js';
import { hasBatches, isTextPlan, type LearnPlan, type PipelinePlan } from '../pipeline/plan.js';
import { resolveLearn } from '../pipeline/resolve-learn.js';
import { runPipeline } from '../pipeline/run-pipeline.js';
import type { Fault } from '../pipeline/schema-faults.js';
import { toPlan } from '../pipeline/to-plan.js';
import { ProgressBar } from './progress-bar.js';
import { readConfig } from './read-config.js';
import { reportSummary } from './report-summary.js';
import { stopSignal } from './stop-signal.js';

interface Flags {
  field?: string[];
  method?: string;
  key?: string[];
  time?: string;
  format?: string;
  outputFormat?: string;
  delimiter?: string;
  halfLife?: string;
  window?: string;
  warmup?: number;
  whileWarming?: string;
  order?: string;
  missing?: string;
  clip?: string;
  learnWithin?: number;
  range?: string;
  ddof?: number;
  include?: string[];
  replace?: boolean;
  output?: string;
  deadLetter?: string;
  strict?: boolean;
  config?: string;
  progress: boolean;
}

const list = (text: string, before: string[] = []): string[] => [
  ...before,
  ...text.split(',').map((part) => part.trim()),
];
const each = (text: string, before: string[] = []): string[] => [...before, text];
const number = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) throw new InvalidArgumentError('must be a number.');
  return value;
};

export function normalizeCommand(settle: (code: number) => void): Command {
  return new Command('normalize')
    .description('normalize files or stdin to stdout')
    .argument('[file...]', 'NDJSON or CSV, gzip or not; - is stdin', [])
    .option('-f, --field <name[=method]>', 'a field to normalize (repeatable); none: every numeric field', each)
    .option(
      '-m, --method <method>',
      'method of fields that name none: z-score, min-max, max-abs, robust, quantile, power, adaptive, innovation, unit-norm, batch',
    )
    .option('-k, --key <field>', 'field that says to which series a record belongs (repeatable, or a,b)', list)
    .option('-t, --time <field>', 'field with the event time: epoch ms or ISO 8601')
    .option('--half-life <length>', 'forget by half every so many samples, or duration like 5m')
    .addOption(
      new Option('--window <length>', 'only the last so many samples, or duration like 10m').conflicts('halfLife'),
    )
    .option('--warmup <count>', 'samples learnt before the first score (30)', number)
    .option('--while-warming <what>', 'until then: null, drop, raw, zero (null)')
    .option('--order <order>', 'normalize-first or learn-first (normalize-first)')
    .option('--missing <policy>', 'missing values: skip, error, impute (skip)')
    .option('--clip <k|low,high>', 'bounds of the output')
    .option('--learn-within <scales>', 'learn only values so near to the center', number)
    .option('--range <low,high>', 'min-max: target range (0,1)')
    .option('--ddof <n>', 'z-score: 0 population, 1 sample (0)', number)
    .option('--include <what>', 'add center, scale, count of each field (repeatable, or a,b)', list)
    .addOption(new Option('--replace', 'put scores in the place of the values').conflicts('include'))
    .option('--format <format>', 'input: ndjson or csv (by extension, else by content)')
    .option('--output-format <format>', "output: ndjson or csv (the input's)")
    .option('--delimiter <char>', 'CSV delimiter: , ; or tab (detected)')
    .option('-o, --output <file>', 'write to a file, gzip where it ends in .gz')
    .option('--dead-letter <file>', 'keep bad records in a file')
    .option('--strict', 'exit 1 when a record was bad')
    .option('-c, --config <file>', 'fields and options from a configuration; source and sink from here')
    .option('--no-progress', 'no progress bar')
    .addHelpText(
      'after',
      `
Examples:
  streamnorm normalize readings.csv --key device --half-life 300 > normalized.csv
  zcat old.ndjson.gz | streamnorm normalize -f temperature -f vibration=robust --key deviceId --include center,scale
  streamnorm normalize day1.csv day2.csv --time ts --window 10m -o out.csv.gz`,
    )
    .action(async (files: string[], flags: Flags) => {
      const plan = planOf(files, flags);
      if (!isTextPlan(plan)) throw new TypeError('files make no plan of Kafka');
      const bar = new ProgressBar(flags.progress && (plan.sink.kind === 'file' || process.stdout.isTTY !== true));
      const summary = await runPipeline(plan, {
        signal: stopSignal(),
        onProgress: (at) => bar.update(at),
        warn: (message) => bar.print(message),
      }).finally(() => bar.stop());
      settle(reportSummary(summary, plan.strict));
    });
}

/** The flags as a configuration, checked by the same schema. */
function planOf(files: string[], flags: Flags): PipelinePlan {
  const base = flags.config === undefined ? undefined : readConfig(flags.config);
  const memory = {
    ...(flags.halfLife !== undefined && { halfLife: samplesOrDuration(flags.halfLife) }),
    ...(flags.window !== undefined && { window: samplesOrDuration(flags.window) }),
  };
  const text = {
    ...(flags.format && { format: flags.format }),
    ...(flags.delimiter && { delimiter: flags.delimiter === 'tab' ? '\t' : flags.delimiter }),
  };
  const defaults = definedOnly({
    method: flags.method,
    memory: Object.keys(memory).length > 0 ? memory : undefined,
    warmup: flags.warmup,
    whileWarming: flags.whileWarming,
    order: flags.order,
    missing: flags.missing,
    clip: flags.clip === undefined ? undefined : flags.clip.includes(',') ? numbers(flags.clip) : Number(flags.clip),
    learnWithin: flags.learnWithin,
  });
  const own = definedOnly({ range: flags.range === undefined ? undefined : numbers(flags.range), ddof: flags.ddof });
  const config = {
    source: files.length === 0 ? { stdin: text } : { file: { path: files, ...text } },
    ...((flags.key || flags.time) && { record: definedOnly({ key: flags.key, time: flags.time }) }),
    ...(flags.field && { fields: Object.fromEntries(flags.field.map((field) => fieldOf(field, flags.method, own))) }),
    ...(Object.keys(defaults).length > 0 && { defaults }),
    ...(flags.include ? { output: { include: flags.include } } : flags.replace ? { output: 'replace' } : {}),
    sink:
      flags.output === undefined
        ? { stdout: definedOnly({ format: flags.outputFormat }) }
        : { file: definedOnly({ path: flags.output, format: flags.outputFormat }) },
    ...(flags.deadLetter && { deadLetter: { file: { path: flags.deadLetter } } }),
    ...(flags.strict && { strict: true }),
  };
  const plan = toPlan(config, describeFlag);
  // Without named fields the options of one method go to every field.
  const override = (options: FieldOptions): FieldOptions => {
    const { method = defaultMethod({ ...options, ...defaults, ...own }) } = options;
    const merged = { ...options, ...withDefaults({ method }, defaults), ...own };
    isTimed(merged); // throws what is wrong
    return merged;
  };
  const { named, others } = (flags.field ? plan : (base ?? plan)).fields;
  const fields = flags.field
    ? plan.fields
    : {
        named: named.map(({ name, options }) => ({ name, options: override(options) })),
        ...(others && { others: override(others) }),
      };
  if (base === undefined) return { ...plan, fields };
  for (const model of base.learn ?? []) checkLearn(model, fields);
  if (base.learn !== undefined && hasBatches({ fields }))
    throw new InvalidOptionError('--method', 'batch', 'another beside learn, whose models take records one by one');
  const { ttl, maxSeries } = base.state;
  const { events: _, deadLetter, ...kept } = base; // what goes to Kafka stays with what comes from there
  return {
    ...kept,
    ...(deadLetter?.kind === 'file' && { deadLetter }),
    fields,
    source: plan.source,
    sink: plan.sink,
    state: { store: 'memory', ...(ttl !== undefined && { ttl }), ...(maxSeries !== undefined && { maxSeries }) },
    strict: plan.strict || base.strict,
    ...(plan.deadLetter && { deadLetter: plan.deadLetter }),
    ...((flags.key || flags.time) && {
      record: {
        ...base.record,
        ...(flags.key && { key: flags.key }),
        ...(flags.time !== undefined && { time: flags.time }),
      },
    }),
    ...((flags.include || flags.replace) && { output: plan.output }),
  };
}

/** @throws InvalidOptionError naming what flags have taken from under a model */
function checkLearn(model: LearnPlan, fields: PipelinePlan['fields']): void {
  try {
    resolveLearn(model, fields);
  } catch (error) {
    if (!(error instanceof InvalidOptionError)) throw error;
    throw new InvalidOptionError(`learn.${model.name}.${error.option}`, error.received, error.expected);
  }
}

function fieldOf(field: string, method: string | undefined, own: object): [string, unknown] {
  const at = field.lastIndexOf('=');
  const name = at > 0 ? field.slice(0, at) : field;
  const chosen = at > 0 ? field.slice(at + 1) : method;
  return [name, { ...(chosen !== undefined && { method: chosen }), ...own }];
}

/** `300` counts samples, `5m` is a duration. */
function samplesOrDuration(text: string): number | string {
  return /^[\d.]+$/.test(text) ? Number(text) : text;
}

function numbers(text: string): number[] {
  return text.split(',').map(Number);
}

function definedOnly(options: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

const FLAG_OF: Readonly<Record<string, string>> = {
  'source.file.format': '--format',
  'source.stdin.format': '--format',
  'source.file.delimiter': '--delimiter',
  'source.stdin.delimiter': '--delimiter',
  'sink.stdout.format': '--output-format',
  'sink.file.format': '--output-format',
  'output.include': '--include',
  'sink.file.path': '--output',
  'deadLetter.file.path': '--dead-letter',
  memory: '--half-life or --window',
  'memory.halfLife': '--half-life',
  'memory.window': '--window',
  record: '--time',
};

/** Names the flag that a fault came from. */
function describeFlag({ path, message }: Fault): string {
  const full = path.join('.');
  const direct = Object.keys(FLAG_OF).find((name) => full === name || full.startsWith(`${name}.`));
  if (direct) return `${FLAG_OF[direct]}: ${message}`;
  const option =
    path[0] === 'defaults' ? path.slice(1).join('.') : path[0] === 'fields' ? path.slice(2).join('.') : full;
  const field = path[0] === 'fields' && path[1] !== undefined ? `--field ${path[1]}: ` : '';
  const flag = FLAG_OF[option] ?? `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return `${field}${flag}: ${message}`;
}
