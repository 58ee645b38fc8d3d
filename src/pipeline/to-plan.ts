import { resolve } from 'node:path';
import { ConfigError, InvalidOptionError } from '../errors.js';
import type { FieldOptions } from '../normalize/field-options.js';
import { isTimed } from '../normalize/is-timed.js';
import { VECTOR_OPTIONS } from '../normalize/vector/vector-options.js';
import { withDefaults } from '../normalize/with-defaults.js';
import { parseDuration } from '../parse-duration.js';
import { type Config, configSchema } from './config-schema.js';
import { kafkaPlan } from './kafka-plan.js';
import { learnPlans } from './learn-plans.js';
import { hasBatches, type PipelinePlan, type SinkPlan, type SourcePlan, type StatePlan } from './plan.js';
import { display, type Fault, schemaFaults, valueAt } from './schema-faults.js';

/** Options that a fault of `drift` names. */
const DRIFT_OPTIONS = new Set([
  'drift',
  'detector',
  'policy',
  'name',
  'falseAlarmEvery',
  'smallestShift',
  'clock',
  'alpha',
  'delta',
  'threshold',
  'limit',
]);

/** ms between checkpoints when nothing else is said. */
const CHECKPOINT_EVERY = 10_000;
/** The same for state in Kafka, where only what changed is written. */
const STATE_COMMIT_EVERY = 100;

/**
 * The plan of a configuration, every default in its place.
 * @param describe puts a fault and its place into words
 * @param written `value` as messages show it: without what was put into it
 * @throws ConfigError with all faults
 */
export function toPlan(value: unknown, describe: (fault: Fault) => string, written = value): PipelinePlan {
  const faults = schemaFaults(configSchema, value, written);
  if (faults.length > 0) throw new ConfigError(faults.map(describe));
  const config = value as Config;
  const { source: sources, record = {}, output, sink: givenSink = 'stdout', batch = {} } = config;
  const defaults = defaultsOf(config);
  const hasGroup = record.group !== undefined;
  const given = config.fields ?? '*';

  const kinds = Object.keys(sources);
  if (kinds.length !== 1)
    faults.push({
      path: ['source'],
      message: `must be exactly one of kafka, file, stdin, simulate, got ${kinds.length === 0 ? 'none' : kinds.join(' and ')}`,
    });
  const named =
    given === '*'
      ? []
      : Object.entries(given).map(([name, field]) => ({
          name,
          options: typeof field === 'string' ? { method: field } : (field as FieldOptions),
        }));
  const fields = {
    named: named.map(({ name, options }) => ({ name, options: withDefaults(options, defaults, hasGroup) })),
    ...(given === '*' && { others: withDefaults({}, defaults, hasGroup) }),
  };
  const needTime: string[] = [];
  const check = (path: readonly string[], options: FieldOptions, own: FieldOptions) => {
    try {
      if (isTimed(options, hasGroup)) needTime.push(path.join('.'));
    } catch (error) {
      if (!(error instanceof InvalidOptionError)) throw error;
      faults.push(optionFault(placeOf(path, own, error.option), error, written));
    }
  };
  for (const [i, { name, options }] of fields.named.entries()) check(['fields', name], options, named[i]!.options);
  if (fields.others) check(['fields'], fields.others, {});
  else if (named.length === 0)
    faults.push({ path: ['fields'], message: "must be '*' or at least one field, got none" });
  if (needTime.length > 0 && record.time === undefined && !sources.kafka)
    faults.push({
      path: ['record'],
      message: `must be given a time: ${needTime.join(', ')} has a memory in event time`,
    });
  const learn = learnPlans(config, fields, faults, written);
  const isShared = learn?.some(({ per }) => per === 'all') ?? false;
  const least = 1 + Number(hasGroup) + Number(isShared);
  const { maxSeries = least } = config.state ?? {};
  if (maxSeries < least) {
    const what = [...(hasGroup ? ['a group'] : []), ...(isShared ? ['what is learnt of all keys'] : [])];
    faults.push({
      path: ['state', 'maxSeries'],
      message: `must be at least ${least}, got ${maxSeries}: ${what.join(' and ')} is a series too`,
    });
  }
  if (hasGroup && fields.named.some(({ options }) => options.method === 'batch'))
    faults.push({
      path: ['record', 'group'],
      message: 'must be absent beside the method batch, whose records wait for their batch',
    });
  const { backend = 'cpu' } = batch;
  if ((backend === 'tensorflow' || backend === 'webgpu') && !hasBatches({ fields }))
    faults.push({
      path: ['batch', 'backend'],
      message: `must be auto or cpu where no field has the method batch, got ${JSON.stringify(backend)}: values scored one by one are scored on the CPU`,
    });
  checkFiles(config, faults, written);
  const state = statePlan(config, faults, record.time !== undefined || sources.kafka !== undefined, written);
  const kafka = kafkaPlan(config, faults, written);
  if (faults.length > 0) throw new ConfigError(faults.map(describe));

  return {
    source: kafka.source ?? sourcePlan(sources),
    record: {
      key: record.key === undefined ? [] : typeof record.key === 'string' ? [record.key] : record.key,
      ...(record.time !== undefined && { time: record.time }),
      ...(record.group !== undefined && { group: [record.group].flat() }),
    },
    fields,
    ...(learn && { learn }),
    output: {
      mode: output === 'replace' ? 'replace' : 'add',
      include: typeof output === 'object' ? output.include : [],
    },
    sink: kafka.sink ?? sinkPlan(givenSink),
    ...(config.events && { events: { topic: config.events.kafka.topic } }),
    ...(config.deadLetter && { deadLetter: deadLetterPlan(config.deadLetter) }),
    onBadRecord: config.onBadRecord ?? (config.deadLetter ? 'dead-letter' : 'skip'),
    maxBadRatio: config.maxBadRatio ?? 0.5,
    state,
    delivery: config.delivery ?? (kafka.source && kafka.sink ? 'exactly-once' : 'at-least-once'),
    workers: config.workers ?? 1,
    batch: { maxLength: batch.maxLength ?? 4096, maxWait: kafka.maxWait, backend },
    http: config.http
      ? {
          host: config.http.host ?? '127.0.0.1',
          port: config.http.port ?? 9464,
          allowedHosts: config.http.allowedHosts ?? [],
          ...(config.http.maxLag !== undefined && { maxLag: config.http.maxLag }),
        }
      : false,
    strict: config.strict ?? false,
  };
}

/** Where the option at fault is written: with the field, with the defaults, or with `drift`. */
function placeOf(path: readonly string[], own: FieldOptions, fault: string): string[] {
  const option = fault.split('.');
  if (Object.hasOwn(own, option[0]!)) return [...path, ...option];
  if ((VECTOR_OPTIONS as readonly string[]).includes(option[0]!)) return [...path, ...option];
  if (DRIFT_OPTIONS.has(option[0]!)) {
    const isOwn = Object.hasOwn(own, 'drift');
    const inner = { drift: [], detector: ['detector'], policy: [isOwn ? 'policy' : 'onDrift'] }[option[0]!];
    return [...(isOwn ? path : []), 'drift', ...(inner ?? ['detector', ...option])];
  }
  return ['defaults', ...option];
}

/** What holds for every field that can have it; `drift` beside `fields` is that of all of them. */
function defaultsOf({ defaults = {}, drift }: Config): FieldOptions {
  if (drift === undefined) return defaults as FieldOptions;
  const { detector, onDrift = 'renormalize' } = drift;
  const given = { ...(detector && { detector }), ...(onDrift !== 'renormalize' && { policy: onDrift }) };
  return { ...defaults, drift: given } as FieldOptions;
}

/** What is written must not be what is read, nor one file be written twice. */
function checkFiles({ source, sink, deadLetter }: Config, faults: Fault[], shown: unknown): void {
  const taken = new Map<string, string>();
  for (const path of [source.file?.path ?? []].flat()) if (path !== '-') taken.set(resolve(path), 'source');
  const written = [
    ['sink', typeof sink === 'object' && 'file' in sink ? sink.file.path : undefined],
    ['deadLetter', deadLetter && 'file' in deadLetter ? deadLetter.file.path : undefined],
  ] as const;
  for (const [section, path] of written) {
    if (path === undefined) continue;
    const other = taken.get(resolve(path));
    if (other !== undefined)
      faults.push({
        path: [section, 'file', 'path'],
        message: `must be another file than the ${other}'s, got ${display(valueAt(shown, [section, 'file', 'path']))}`,
      });
    taken.set(resolve(path), section);
  }
}

function sourcePlan({ file, stdin, simulate }: Config['source']): SourcePlan {
  const text = (options: { format?: 'ndjson' | 'csv' | undefined; delimiter?: string | undefined }) => ({
    ...(options.format && { format: options.format }),
    ...(options.delimiter && { delimiter: options.delimiter }),
  });
  if (file) return { kind: 'file', paths: typeof file.path === 'string' ? [file.path] : file.path, ...text(file) };
  if (stdin) return { kind: 'stdin', ...text(stdin) };
  const { sensors = 24, rate = 1000, count, seed = 1 } = simulate!;
  return { kind: 'simulate', options: { sensors, rate, seed, ...(count !== undefined && { count }) } };
}

function deadLetterPlan(deadLetter: NonNullable<Config['deadLetter']>): PipelinePlan['deadLetter'] & object {
  return 'file' in deadLetter
    ? { kind: 'file', path: deadLetter.file.path }
    : { kind: 'kafka', topic: deadLetter.kafka.topic };
}

function sinkPlan(sink: NonNullable<Config['sink']>): SinkPlan {
  if (sink === 'stdout') return { kind: 'stdout' };
  if ('kafka' in sink) throw new TypeError('a Kafka sink has a plan of its own');
  if ('file' in sink)
    return { kind: 'file', path: sink.file.path, ...(sink.file.format && { format: sink.file.format }) };
  return { kind: 'stdout', ...(sink.stdout.format && { format: sink.stdout.format }) };
}

/** Shows what is written where it is, and what it came to where nothing is. */
function optionFault(path: string[], { expected, received }: InvalidOptionError, written: unknown): Fault {
  return { path, message: `must be ${expected}, got ${display(valueAt(written, path) ?? received)}` };
}

function statePlan(config: Config, faults: Fault[], hasTime: boolean, written: unknown): StatePlan {
  const { state = {}, source } = config;
  const duration = (option: 'ttl' | 'checkpointEvery'): number | undefined => {
    try {
      return state[option] === undefined ? undefined : parseDuration(option, state[option]);
    } catch (error) {
      if (!(error instanceof InvalidOptionError)) throw error;
      faults.push(optionFault(['state', option], error, written));
      return undefined;
    }
  };
  const refuse = (options: readonly (keyof typeof state)[], why: string) => {
    for (const option of options)
      if (state[option] !== undefined) faults.push({ path: ['state', option], message: `must be absent: ${why}` });
  };
  const ttl = duration('ttl');
  const checkpointEvery = duration('checkpointEvery');
  const bounds = {
    ...(ttl !== undefined && { ttl }),
    ...(state.maxSeries !== undefined && { maxSeries: state.maxSeries }),
  };
  if (ttl !== undefined && !hasTime)
    faults.push({
      path: ['state', 'ttl'],
      message: 'must be absent: series age in event time, and record.time is not given',
    });
  const { store = source.kafka ? 'kafka' : state.path === undefined ? 'memory' : 'file', path } = state;
  if (source.kafka && store === 'file')
    faults.push({
      path: ['state', 'store'],
      message: 'must be kafka or memory, got "file": the state of a Kafka source goes where its offsets go',
    });
  if (!source.kafka && store === 'kafka')
    faults.push({ path: ['state', 'store'], message: 'must be file or memory, got "kafka": the source is not Kafka' });
  if (store === 'kafka') {
    const exactlyOnce = (config.delivery ?? 'exactly-once') === 'exactly-once' && isKafkaSink(config);
    if (exactlyOnce) refuse(['checkpointEvery'], 'with exactly-once every transaction holds the state');
    return {
      store,
      topic: state.topic ?? `${source.kafka?.groupId}-${source.kafka?.topic}-changelog`,
      ...(state.replicationFactor !== undefined && { replicationFactor: state.replicationFactor }),
      ...(path !== undefined && { path }),
      checkpointEvery: checkpointEvery ?? STATE_COMMIT_EVERY,
      ...bounds,
    };
  }
  refuse(['topic', 'replicationFactor'], `store is ${store}`);
  if (store === 'file') {
    if (path === undefined) faults.push({ path: ['state'], message: 'must be given a path: store is file' });
    return { store, path: path ?? '', checkpointEvery: checkpointEvery ?? CHECKPOINT_EVERY, ...bounds };
  }
  refuse(['path', 'checkpointEvery'], 'store is memory');
  return { store, ...bounds };
}

function isKafkaSink({ sink }: Config): boolean {
  return typeof sink === 'object' && 'kafka' in sink;
}
