import { z } from 'zod';

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

const common = {
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
  'none',
]);

const field = z.strictObject({
  method: method.optional(),
  ...common,
  ddof: described(z.union([z.literal(0), z.literal(1)]), '0 or 1').optional(),
  range: described(z.tuple([z.number(), z.number()]), '[low, high]').optional(),
  quantiles: described(z.tuple([z.number(), z.number()]), '[low, high], both in [0, 1]').optional(),
  unitVariance: z.boolean().optional(),
  spread: z.enum(['quantiles', 'mad']).optional(),
  distribution: z.enum(['uniform', 'normal']).optional(),
  family: z.enum(['yeo-johnson', 'box-cox']).optional(),
  norm: z.enum(['l1', 'l2', 'max']).optional(),
});

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
  }),
  record: z.strictObject({ key: z.union([name, z.array(name).min(1)]).optional(), time: name.optional() }).optional(),
  fields: described(
    z.union([z.literal('*'), z.record(z.string(), z.union([method, field]))]),
    "'*', or method or options by field name",
  ).optional(),
  defaults: z.strictObject({ method: method.optional(), ...common }).optional(),
  output: described(
    z.union([z.enum(['add', 'replace']), z.strictObject({ include: z.array(z.enum(['center', 'scale', 'count'])) })]),
    'add, replace or { include: [center, scale, count] }',
  ).optional(),
  batch: z
    .strictObject({
      maxLength: described(z.int().min(1).max(1_000_000), 'an integer from 1 to 1000000').optional(),
      backend: z.enum(['cpu']).optional(),
    })
    .optional(),
  sink: described(
    z.union([
      z.literal('stdout'),
      z.strictObject({ file: z.strictObject({ path, format: format.optional() }) }),
      z.strictObject({ stdout: z.strictObject({ format: format.optional() }) }),
    ]),
    'stdout, or { file: { path } }',
  ).optional(),
  deadLetter: z.strictObject({ file: z.strictObject({ path }) }).optional(),
  state: z
    .strictObject({
      store: z.enum(['memory', 'file']).optional(),
      path: path.optional(),
      ttl: duration.optional(),
      maxSeries: described(z.int().min(1), 'an integer >= 1').optional(),
      checkpointEvery: duration.optional(),
    })
    .optional(),
  http: described(z.literal(false), 'false').optional(),
  strict: z.boolean().optional(),
});

export type Config = z.infer<typeof configSchema>;

/** What the design knows and this release does not run: asked for, it is refused by name instead of being called a misspelling. */
export const NOT_IN_THIS_RELEASE: readonly string[] = [
  'source.kafka',
  'sink.kafka',
  'events',
  'deadLetter.kafka',
  'drift',
  'delivery',
  'workers',
  'batch.maxWait',
];

/** Values that the design knows and this release does not run, by option; none listed: all that the schema refuses. */
export const LATER_VALUES: Readonly<Record<string, readonly string[]>> = {
  'state.store': ['kafka'],
  'batch.backend': ['auto', 'tensorflow', 'webgpu'],
  'defaults.method': ['batch'],
  http: [],
};
