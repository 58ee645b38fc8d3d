import type { Backend, BackendName, BatchJob } from './backend.js';

/** What a batch of some size costs on each backend of a machine, measured there. */
export interface Crossover {
  /** By backend, as it calls itself: figures of another device do not count. */
  readonly devices: Readonly<Partial<Record<BackendName, string>>>;
  /** Smallest batch first. */
  readonly rows: readonly CrossoverRow[];
  /** Epoch ms. */
  readonly measuredAt: number;
}

export interface CrossoverRow {
  /** Values in the batch. */
  readonly size: number;
  /** Milliseconds from submitting to having the output on the host: moments and normalization, median. */
  readonly ms: Readonly<Partial<Record<BackendName, number>>>;
}

const GROUPS = 8;
const SIZES = [1 << 10, 1 << 13, 1 << 16, 1 << 19, 1 << 22];
const REPEATS = 5;
/** A backend this many times slower than the fastest is not measured on larger batches … */
const HOPELESS = 8;
/** … unless what it takes, in ms, may be what any batch takes there, however small. */
const FIXED = 20;

export interface MeasureOptions {
  /** Numbers in each batch, rising. @defaultValue 1,024 to 4,194,304 */
  sizes?: readonly number[];
  /** Milliseconds after which nothing larger is begun. @defaultValue 2000 */
  budget?: number;
  /** @defaultValue performance.now */
  clock?: () => number;
  /** Epoch ms. @defaultValue Date.now */
  now?: () => number;
}

/** Measures backends side by side: the same batches of 8 columns, `own` scaling, float32 out, upload and reading back included. */
export async function measureCrossover(
  backends: readonly Backend[],
  { sizes = SIZES, budget = 2000, clock = milliseconds, now = Date.now }: MeasureOptions = {},
): Promise<Crossover> {
  const start = clock();
  const rows: CrossoverRow[] = [];
  const hopeless = new Set<BackendName>();
  for (const size of sizes) {
    if (rows.length > 0 && clock() - start > budget) break;
    const job = jobOf(size);
    const ms: Partial<Record<BackendName, number>> = {};
    for (const backend of backends)
      if (!hopeless.has(backend.name)) ms[backend.name] = await timeOf(backend, job, clock);
    const fastest = Math.min(...Object.values(ms));
    for (const [name, taken] of Object.entries(ms) as [BackendName, number][])
      if (taken > FIXED && taken > HOPELESS * fastest) hopeless.add(name);
    rows.push({ size, ms });
  }
  return {
    devices: Object.fromEntries(backends.map(({ name, device }) => [name, device])),
    rows,
    measuredAt: now(),
  };
}

/** The fastest backend for a batch of so many values: by the largest measured size that is not larger, or the smallest there is. */
export function fastestAt({ rows }: Crossover, size: number): BackendName {
  const row = rows.findLast((row) => row.size <= size) ?? rows[0];
  let fastest: BackendName = 'cpu';
  let least = row?.ms.cpu ?? Number.POSITIVE_INFINITY;
  for (const [name, ms] of Object.entries(row?.ms ?? {}) as [BackendName, number][])
    if (ms < least) [fastest, least] = [name, ms];
  return fastest;
}

/** Reads what `JSON.stringify` has written of one; undefined where it is anything else, an older release's included. */
export function parseCrossover(text: string): Crossover | undefined {
  try {
    const { devices, rows, measuredAt } = JSON.parse(text) as Crossover;
    const isCrossover =
      typeof measuredAt === 'number' &&
      typeof devices === 'object' &&
      devices !== null &&
      Array.isArray(rows) &&
      rows.length > 0 &&
      rows.every((row) => typeof row.size === 'number' && typeof row.ms === 'object' && row.ms !== null) &&
      rows.every((row) => Object.values(row.ms).every((ms) => typeof ms === 'number'));
    return isCrossover ? { devices, rows, measuredAt } : undefined;
  } catch {
    return undefined;
  }
}

async function timeOf(backend: Backend, job: BatchJob, clock: () => number): Promise<number> {
  await backend.submit(job); // compiles kernels, makes buffers
  const times: number[] = [];
  for (let i = 0; i < REPEATS; i++) {
    const before = clock();
    await backend.submit(job);
    times.push(clock() - before);
  }
  times.sort((a, b) => a - b);
  return times[REPEATS >> 1]!;
}

function jobOf(size: number): BatchJob {
  const rows = Math.max(1, Math.floor(size / GROUPS));
  const length = rows * GROUPS;
  return {
    layout: { outer: 1, rows, groups: GROUPS, inner: 1, channels: GROUPS, channelInner: 1 },
    values: Float64Array.from({ length }, (_, k) => 1e9 + Math.sin(k)),
    pivots: new Float64Array(GROUPS).fill(1e9),
    scaling: { kind: 'own', epsilon: 1e-3 },
    out: new Float32Array(length),
  };
}

function milliseconds(): number {
  const { performance } = globalThis as unknown as { performance: { now(): number } };
  return performance.now();
}
