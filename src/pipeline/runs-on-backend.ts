import type { Backend } from '../backend/backend.js';
import { choosePivots } from '../batch/choose-pivots.js';
import { newGroupMoments } from '../batch/group-moments.js';
import type { BatchRuns } from '../normalize/batch/batch-runs.js';

export interface RunsOfColumn {
  readonly values: Float64Array;
  /** By record: its run; −1 leaves a record out. */
  readonly runOf: Int32Array;
  readonly runs: number;
  /** Of the rules of the field. */
  readonly epsilon: number;
}

/**
 * Has a backend take the moments of every run of a column, and the scores that follow from them alone.
 *
 * A backend takes rectangles: runs go together with those of about their length, filled up with NaN, which is at most four times the values.
 * A run of one value has nothing to compute. Everything is read before this answers, so that the caller's arrays are free at once.
 */
export async function runsOnBackend(
  backend: Backend,
  { values, runOf, runs, epsilon }: RunsOfColumn,
): Promise<BatchRuns> {
  const size = new Int32Array(runs);
  for (const run of runOf) if (run >= 0) size[run]!++;
  const taken: BatchRuns = {
    runOf,
    size,
    isKnown: new Uint8Array(runs),
    count: new Float64Array(runs),
    pivot: new Float64Array(runs),
    shift: new Float64Array(runs),
    m2: new Float64Array(runs),
    scores: new Float64Array(runOf.length).fill(Number.NaN),
  };
  await Promise.all([...rectanglesOf(size)].map((rectangle) => compute(backend, values, epsilon, rectangle, taken)));
  return taken;
}

/** Runs of 2 to 4 records, of 5 to 16, of 17 to 64 and so on, each as the list of its runs. */
function rectanglesOf(size: Int32Array): Iterable<readonly number[]> {
  const rectangles = new Map<number, number[]>();
  for (let run = 0; run < size.length; run++) {
    if (size[run]! < 2) continue;
    const power = Math.ceil(Math.log2(size[run]!) / 2);
    const members = rectangles.get(power);
    if (members === undefined) rectangles.set(power, [run]);
    else members.push(run);
  }
  return rectangles.values();
}

async function compute(
  backend: Backend,
  values: Float64Array,
  epsilon: number,
  members: readonly number[],
  taken: BatchRuns,
): Promise<void> {
  const { runOf, size } = taken;
  let width = 0;
  for (const run of members) width = Math.max(width, size[run]!);
  /** By run: where its next value goes; −1 for those of other rectangles. */
  const next = new Int32Array(size.length).fill(-1);
  members.forEach((run, place) => {
    next[run] = place * width;
  });
  const filled = new Float64Array(members.length * width).fill(Number.NaN);
  const placeOf = new Int32Array(runOf.length).fill(-1);
  for (let i = 0; i < runOf.length; i++) {
    const run = runOf[i]!;
    if (run < 0 || next[run]! < 0) continue;
    placeOf[i] = next[run]!++;
    filled[placeOf[i]!] = values[i]!;
  }
  const layout = { outer: members.length, rows: 1, groups: 1, inner: width, channels: 1, channelInner: 1 };
  const pivots = new Float64Array(members.length);
  choosePivots(layout, filled, pivots);
  const moments = newGroupMoments(members.length);
  await backend.submit({ layout, values: filled, pivots, moments, scaling: { kind: 'own', epsilon }, out: filled });
  members.forEach((run, place) => {
    taken.isKnown[run] = 1;
    taken.count[run] = moments.count[place]!;
    taken.pivot[run] = pivots[place]!;
    taken.shift[run] = moments.shift[place]!;
    taken.m2[run] = moments.m2[place]!;
  });
  for (let i = 0; i < runOf.length; i++) if (placeOf[i]! >= 0) taken.scores[i] = filled[placeOf[i]!]!;
}
