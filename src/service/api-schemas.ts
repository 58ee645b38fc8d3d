import { z } from 'zod';

/*
 * What the HTTP API answers, as schemas: the description that it gives of itself is made of them, and tests hold its answers against them.
 */

/** The schemas that have a name. */
export const apiSchemas = z.registry<{ id: string }>();

const count = z.int().min(0);
const maybe = z.number().nullable();
const state = z.enum(['warming', 'stable', 'warning', 'drifted', 'flat', 'silent']);

const row = z
  .strictObject({
    id: z.string().describe('Opaque; stays the same as long as the series is there.'),
    key: z.string(),
    field: z.string(),
    unit: z.string().nullable(),
    value: maybe.describe('The last value, in the unit of the series.'),
    normalized: maybe.describe('Its score.'),
    center: maybe.describe('What the score was made with, in the unit of the series.'),
    scale: maybe,
    count: count.describe('Values that the score rests on.'),
    epoch: count.describe('Renormalizations before it.'),
    state,
    recent: z.array(maybe).describe('The last scores, oldest first, to a thousandth.'),
  })
  .register(apiSchemas, { id: 'SeriesRow' });

export const happeningSchema = z
  .strictObject({
    number: count.describe('Grows by 1.'),
    at: z.number().describe('Epoch ms, of the time of the series where there is one.'),
    kind: z.enum(['renormalization', 'rebalance', 'restore', 'backend', 'dead-letter', 'note']),
    text: z.string(),
    series: z.string().optional(),
    change: z
      .strictObject({ cause: z.string(), oldCenter: maybe, oldScale: maybe, newCenter: maybe, newScale: maybe })
      .optional(),
  })
  .register(apiSchemas, { id: 'Happening' });

export const seriesPageSchema = z
  .strictObject({
    matching: count.describe('Series that match, of those that are recorded.'),
    total: count.describe('Series that there are.'),
    rows: z.array(row),
  })
  .register(apiSchemas, { id: 'SeriesPage' });

const column = z.array(maybe);
export const seriesDetailSchema = z
  .strictObject({
    row,
    points: z.strictObject({
      from: count.describe('Number of the first point; the next to be asked for is from + time.length.'),
      time: z.array(z.number()).describe('Epoch ms.'),
      value: column,
      normalized: column,
      center: column,
      scale: column,
    }),
    marks: z.array(happeningSchema),
  })
  .register(apiSchemas, { id: 'SeriesDetail' });

export const overviewSchema = z
  .strictObject({
    phase: z.string(),
    ready: z.boolean(),
    reasons: z.array(z.string()),
    recordsPerSecond: maybe,
    records: z.number(),
    lag: maybe.describe('Records that are there and not committed.'),
    latency50: maybe.describe('Seconds.'),
    latency99: maybe.describe('Seconds.'),
    series: z.number(),
    stateBytes: maybe,
    memoryBytes: z.number(),
    cores: maybe,
    deadLetters: z.number(),
    renormalizations: z.number(),
    restarts: z.number(),
    backends: z
      .record(z.string(), z.number())
      .describe(
        'Share of the micro-batches of the method batch, by where they were normalized; empty without such fields.',
      ),
  })
  .register(apiSchemas, { id: 'Overview' });

export const healthSchema = z
  .strictObject({
    ready: z.boolean().optional(),
    live: z.boolean().optional(),
    phase: z.string(),
    reasons: z
      .array(
        z.strictObject({ id: z.string(), text: z.string(), since: z.iso.datetime(), worker: z.string().optional() }),
      )
      .optional(),
  })
  .register(apiSchemas, { id: 'Health' });

export const abilitiesSchema = z
  .strictObject({
    pokes: z.boolean().describe('Whether there is a simulated plant to be poked.'),
    show: z.string().nullable().describe('The series to look at first.'),
  })
  .register(apiSchemas, { id: 'Abilities' });
