import { z } from 'zod';
import { VECTOR_METHODS } from '../normalize/vector/vector-options.js';

/** A schema whose faults are all described by one phrase: what the value must be. */
function described<T extends z.ZodType>(schema: T, expected: string): T {
  return schema.describe(expected);
}

const duration = described(
  z.union([z.string(), z.number().positive()]),
  'a duration like "250ms", "5m", "1.5h" or "7d"',
);
const samplesOrDuration = described(
  z.union([z.number().positive(), z.string()]),
  'a number of samples or a duration like "5m"',
);
const name = described(z.string().min(1), 'a name');
const path = described(z.string().min(1), 'a path');

const memory = described(
  z.union([
    z.literal('all'),
    z.strictObject({ halfLife: samplesOrDuration }),
    z.strictObject({ window: samplesOrDuration }),
  ]),
  'all, { halfLife: samples | duration } or { window: samples | duration }',
);

const detector = z.enum(['joint', 'adwin', 'page-hinkley', 'cusum', 'ewma', 'shewhart', 'kswin', 'hddm-a', 'hddm-w']);
const detectorOptions = described(
  z.union([
    detector,
    z.strictObject({
      name: detector.optional(),
      falseAlarmEvery: z.number().optional(),
      smallestShift: z.number().optional(),
      clock: z.union([z.literal(1), z.literal(32)]).optional(),
      alpha: z.number().optional(),
      delta: z.number().optional(),
      threshold: z.number().optional(),
      limit: z.number().optional(),
    }),
  ]),
  'a detector, or { name, falseAlarmEvery, … }',
);
const policy = described(
  z.union([z.enum(['reset', 'shrink', 'shadow', 'blend']), z.strictObject({ blend: z.number() })]),
  'reset, shrink, shadow, blend or { blend: values }',
);

const common = {
  drift: z.strictObject({ detector: detectorOptions.optional(), policy: policy.optional() }).optional(),
  memory: memory.optional(),
  allowedLateness: duration.optional(),
  order: z.enum(['normalize-first', 'learn-first']).optional(),
  warmup: described(z.int().min(0), 'an integer >= 0').optional(),
  whileWarming: z.enum(['null', 'drop', 'raw', 'zero']).optional(),
  missing: z.enum(['skip', 'error', 'impute']).optional(),
  whenFlat: z.enum(['zero', 'center']).optional(),
  clip: described(
    z.union([z.boolean(), z.number().positive(), z.tuple([z.number(), z.number()])]),
    'true, a number k for ±k or [low, high]',
  ).optional(),
  learnWithin: described(z.number().positive(), 'a number of scales > 0').optional(),
};

const shape = described(
  z.array(z.union([z.int().min(1), z.null()])).min(1),
  'a list of lengths, one of which may be null for any length',
);
const perChannel = described(z.union([z.number(), z.array(z.number()).min(1)]), 'a number, or a list of one a channel');

const method = z.enum([
  'z-score',
  'min-max',
  'max-abs',
  'robust',
  'quantile',
  'power',
  'unit-norm',
  'adaptive',
  'innovation',
  'batch',
  'none',
  ...VECTOR_METHODS,
]);

const field = z.strictObject({
  method: method.optional(),
  group: z.boolean().optional(),
  ...common,
  ddof: described(z.union([z.literal(0), z.literal(1)]), '0 or 1').optional(),
  range: described(z.tuple([z.number(), z.number()]), '[low, high]').optional(),
  quantiles: described(z.tuple([z.number(), z.number()]), '[low, high], both in [0, 1]').optional(),
  unitVariance: z.boolean().optional(),
  spread: z.enum(['quantiles', 'mad']).optional(),
  distribution: z.enum(['uniform', 'normal']).optional(),
  family: z.enum(['yeo-johnson', 'box-cox']).optional(),
  norm: z.enum(['l1', 'l2', 'max', 'none']).optional(),
  shape: shape.optional(),
  dtype: z.enum(['uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'float32', 'float64']).optional(),
  channels: z.enum(['last', 'first']).optional(),
  encoding: z.enum(['numbers', 'base64']).optional(),
  maskValue: described(z.number(), 'a number').optional(),
  scale: described(z.number(), 'a number other than 0').optional(),
  offset: described(z.number(), 'a number').optional(),
  mean: perChannel.optional(),
  std: perChannel.optional(),
  semantics: z.enum(['pooled', 'keras', 'pytorch', 'mxnet', 'renorm']).optional(),
  momentum: described(z.union([z.number().min(0).max(1), z.null()]), 'a number in [0, 1], or null').optional(),
  epsilon: described(z.number().min(0), 'a number >= 0').optional(),
  rMax: described(z.number().min(1), 'a number >= 1').optional(),
  dMax: described(z.number().min(0), 'a number >= 0').optional(),
  gamma: z.number().optional(),
  beta: z.number().optional(),
  lowercase: z.boolean().optional(),
  minLength: described(z.int().min(1), 'an integer >= 1').optional(),
  ngrams: described(z.tuple([z.int(), z.int()]), '[fewest, most] words in a row').optional(),
  stopWords: described(z.array(z.string().min(1)), 'a list of words').optional(),
  locale: described(z.string().min(1), 'a language like "zh" or "th"').optional(),
  maxTerms: described(z.int().min(1), 'an integer >= 1').optional(),
  whenFull: z.enum(['ignore', 'prune', 'refuse']).optional(),
  features: described(z.int().min(1), 'an integer >= 1').optional(),
  signed: z.boolean().optional(),
  tf: z.enum(['count', 'binary', 'sublinear', 'frequency']).optional(),
  idf: z.enum(['smooth', 'keras', 'none']).optional(),
  output: z.enum(['terms', 'sparse', 'dense']).optional(),
  length: described(z.int().min(1), 'an integer >= 1').optional(),
  padding: z.enum(['post', 'pre']).optional(),
  truncation: z.enum(['post', 'pre']).optional(),
  mask: z.boolean().optional(),
  period: described(z.number().positive(), 'a number > 0').optional(),
  slice: described(z.int().min(2), 'an integer >= 2').optional(),
  season: described(z.string().min(1), 'day, week or a duration like "12h"').optional(),
  bins: described(z.int().min(1), 'an integer >= 1').optional(),
  utcOffset: described(z.number().min(-18).max(18), 'hours from -18 to 18').optional(),
  sampleRate: described(z.number().positive(), 'a number of Hz').optional(),
  measure: z.enum(['momentary', 'short-term', 'integrated', 'rms', 'peak']).optional(),
  target: described(z.number(), 'a number of LUFS or dBFS').optional(),
  maxGain: described(z.number(), 'a number of dB').optional(),
  attack: duration.optional(),
  release: duration.optional(),
  ceiling: described(z.number(), 'a number of dBTP').optional(),
  lookAhead: duration.optional(),
  limiterRelease: duration.optional(),
});

const learningRate = described(
  z.union([
    z.number(),
    z.strictObject({ rate: z.number(), power: z.number().optional() }),
    z.strictObject({ optimal: z.number() }),
  ]),
  'a number, { rate, power } or { optimal }',
);
const learner = z.strictObject({
  model: z.enum(['linear', 'logistic', 'passive-aggressive']),
  target: name,
  features: described(z.array(name).min(1), 'a list of fields').optional(),
  per: z.enum(['key', 'all']).optional(),
  missing: z.enum(['skip', 'impute']).optional(),
  selection: described(
    z.union([z.boolean(), z.strictObject({ flatAfter: z.number().optional(), silentAfter: z.number().optional() })]),
    'true or { flatAfter, silentAfter }',
  ).optional(),
  loss: z.enum(['squared', 'absolute', 'log', 'error-rate']).optional(),
  halfLife: described(z.number().positive(), 'a number of records > 0').optional(),
  earlyStopping: described(
    z.union([
      z.boolean(),
      z.strictObject({
        patience: z.number().optional(),
        tolerance: z.number().optional(),
        detector: detectorOptions.optional(),
      }),
    ]),
    'true or { patience, tolerance, detector }',
  ).optional(),
  scaleTarget: described(
    z.union([z.boolean(), z.strictObject({ halfLife: described(z.number().positive(), 'a number of records > 0') })]),
    'true or { halfLife: records }',
  ).optional(),
  optimizer: z.enum(['sgd', 'adagrad', 'adam']).optional(),
  rate: learningRate.optional(),
  biasRate: learningRate.optional(),
  l2: described(z.number().min(0), 'a number >= 0').optional(),
  clipGradient: described(z.number().positive(), 'a number > 0').optional(),
  task: z.enum(['regression', 'classification']).optional(),
  variant: z.enum(['PA', 'PA-I', 'PA-II']).optional(),
  aggressiveness: described(z.number().positive(), 'a number > 0').optional(),
  epsilon: described(z.number().min(0), 'a number >= 0').optional(),
  learnBias: z.boolean().optional(),
});

const secret = described(
  z.union([z.string(), z.strictObject({ env: name }), z.strictObject({ file: path })]),
  'a text, { env: NAME } or { file: PATH }',
);
const sasl = described(
  z.union([
    z.strictObject({
      mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']),
      username: name,
      password: secret,
    }),
    z.strictObject({ mechanism: z.literal('oauthbearer'), token: secret }),
  ]),
  '{ mechanism: plain | scram-sha-256 | scram-sha-512, username, password } or { mechanism: oauthbearer, token }',
);
const tls = described(
  z.union([
    z.boolean(),
    z.strictObject({
      ca: path.optional(),
      cert: path.optional(),
      key: path.optional(),
      passphrase: secret.optional(),
      serverName: name.optional(),
      rejectUnauthorized: z.boolean().optional(),
    }),
  ]),
  'true, false or { ca, cert, key, passphrase, serverName, rejectUnauthorized }',
);
const topic = described(
  z.string().regex(/^[a-zA-Z0-9._-]{1,249}$/),
  'a topic: letters, digits, ".", "_" or "-", at most 249',
);
const connection = {
  clientId: name.optional(),
  client: z.enum(['platformatic', 'kafkajs']).optional(),
  tls: tls.optional(),
  sasl: sasl.optional(),
  connectTimeout: duration.optional(),
  requestTimeout: duration.optional(),
};
const hostName = described(z.string().regex(/^[a-zA-Z0-9_-]+(\.[a-zA-Z0-9_-]+)*$/), 'a host name without a port');
const brokers = described(z.union([name, z.array(name).min(1)]), 'host:port, or a list of them');
const bytes = described(z.int().min(1), 'bytes, an integer >= 1');

const format = z.enum(['ndjson', 'csv']);
const delimiter = z.enum([',', ';', '\t']);

/** The configuration of `run`, as it is written. */
export const configSchema = z.strictObject({
  source: z.strictObject({
    file: z
      .strictObject({
        path: z.union([path, z.array(path).min(1)]),
        format: format.optional(),
        delimiter: delimiter.optional(),
      })
      .optional(),
    stdin: z.strictObject({ format: format.optional(), delimiter: delimiter.optional() }).optional(),
    simulate: z
      .strictObject({
        sensors: described(z.int().min(1).max(100_000), 'an integer from 1 to 100000').optional(),
        rate: described(z.number().positive(), 'records per second, > 0').optional(),
        count: described(z.int().min(1), 'an integer >= 1').optional(),
        seed: described(z.int().min(0), 'an integer >= 0').optional(),
      })
      .optional(),
    kafka: z
      .strictObject({
        brokers,
        topic,
        groupId: name,
        groupInstanceId: name.optional(),
        startFrom: z.enum(['earliest', 'latest']).optional(),
        onGap: z.enum(['fail', 'earliest', 'latest']).optional(),
        format: z.enum(['json']).optional(),
        sessionTimeout: duration.optional(),
        maxBytesInFlight: bytes.optional(),
        maxBatchBytes: bytes.optional(),
        ...connection,
      })
      .optional(),
  }),
  record: z
    .strictObject({
      key: z.union([name, z.array(name).min(1)]).optional(),
      time: name.optional(),
      group: z.union([name, z.array(name).min(1)]).optional(),
    })
    .optional(),
  fields: described(
    z.union([z.literal('*'), z.record(z.string(), z.union([method, field]))]),
    "'*', or method or options by field name",
  ).optional(),
  defaults: z.strictObject({ method: method.optional(), ...common }).optional(),
  drift: z
    .strictObject({
      detector: detectorOptions.optional(),
      onDrift: described(
        z.union([z.literal('renormalize'), policy]),
        'renormalize, reset, shrink, shadow, blend or { blend: values }',
      ).optional(),
    })
    .optional(),
  learn: described(
    z.record(z.string().min(1), learner),
    'models by the name of what they predict: { NAME: { model, target, features, … } }',
  ).optional(),
  output: described(
    z.union([z.enum(['add', 'replace']), z.strictObject({ include: z.array(z.enum(['center', 'scale', 'count'])) })]),
    'add, replace or { include: [center, scale, count] }',
  ).optional(),
  batch: z
    .strictObject({
      maxLength: described(z.int().min(1).max(1_000_000), 'an integer from 1 to 1000000').optional(),
      maxWait: described(z.union([z.string(), z.number().min(0)]), 'a duration like "50ms", or 0').optional(),
      backend: z.enum(['auto', 'cpu', 'tensorflow', 'webgpu']).optional(),
    })
    .optional(),
  sink: described(
    z.union([
      z.literal('stdout'),
      z.strictObject({ file: z.strictObject({ path, format: format.optional() }) }),
      z.strictObject({ stdout: z.strictObject({ format: format.optional() }) }),
      z.strictObject({
        kafka: z.strictObject({
          topic,
          brokers: brokers.optional(),
          compression: z.enum(['none', 'gzip', 'snappy', 'lz4', 'zstd']).optional(),
          ...connection,
        }),
      }),
    ]),
    'stdout, { file: { path } } or { kafka: { topic } }',
  ).optional(),
  events: z.strictObject({ kafka: z.strictObject({ topic }) }).optional(),
  deadLetter: described(
    z.union([z.strictObject({ file: z.strictObject({ path }) }), z.strictObject({ kafka: z.strictObject({ topic }) })]),
    '{ file: { path } } or { kafka: { topic } }',
  ).optional(),
  onBadRecord: z.enum(['fail', 'skip', 'dead-letter']).optional(),
  maxBadRatio: described(z.number().positive().max(1), 'a part of the records, above 0 and at most 1').optional(),
  delivery: z.enum(['exactly-once', 'at-least-once']).optional(),
  workers: described(z.int().min(1).max(256), 'an integer from 1 to 256').optional(),
  state: z
    .strictObject({
      store: z.enum(['memory', 'file', 'kafka']).optional(),
      path: path.optional(),
      topic: topic.optional(),
      replicationFactor: described(z.int().min(1), 'an integer >= 1').optional(),
      ttl: duration.optional(),
      maxSeries: described(z.int().min(1), 'an integer >= 1').optional(),
      checkpointEvery: duration.optional(),
    })
    .optional(),
  http: described(
    z.union([
      z.literal(false),
      z.strictObject({
        host: name.optional(),
        port: described(z.int().min(0).max(65_535), 'a port, 0 to 65535').optional(),
        maxLag: described(z.int().min(0), 'a number of records, 0 or more').optional(),
        allowedHosts: described(z.array(hostName), 'a list of host names without ports').optional(),
      }),
    ]),
    'false or { host, port, allowedHosts, maxLag }',
  ).optional(),
  strict: z.boolean().optional(),
});

export type Config = z.infer<typeof configSchema>;

/** What the design knows and this release does not run: asked for, it is refused by name instead of being called a misspelling. */
export const NOT_IN_THIS_RELEASE: readonly string[] = [];

/** Values that the design knows and this release does not run, by option; none listed: all that the schema refuses. */
export const LATER_VALUES: Readonly<Record<string, readonly string[]>> = {};
