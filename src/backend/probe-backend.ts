import { newGroupMoments } from '../batch/group-moments.js';
import { BackendUnavailableError } from '../errors.js';
import type { Backend } from './backend.js';
import { firstLineOf } from './why-not-loaded.js';

const ROWS = 257;
const OFFSET = 1.7e12;
const SCALE = 50;

/**
 * Has a backend normalize one small batch, far from zero, whose answer is known: a driver that runs but computes wrongly is worse than none.
 *
 * @throws BackendUnavailableError when it fails, or answers outside the bars (standard deviation 1e-6, output 5e-6)
 */
export async function probeBackend(backend: Backend): Promise<void> {
  const layout = { outer: 1, rows: ROWS, groups: 1, inner: 1, channels: 1, channelInner: 1 };
  // −128 … 128 in steps of SCALE: their mean is the offset, their variance (n² − 1) / 12 steps².
  const values = Float64Array.from({ length: ROWS }, (_, k) => OFFSET + SCALE * (k - (ROWS - 1) / 2));
  const spread = SCALE * Math.sqrt((ROWS ** 2 - 1) / 12);
  const moments = newGroupMoments(1);
  const pivots = Float64Array.of(values[0]!);
  let answer: ArrayLike<number>;
  try {
    const result = await backend.submit({ layout, values, pivots, moments, scaling: { kind: 'own', epsilon: 0 } });
    answer = result.values!;
  } catch (cause) {
    const reason = `${backend.device} failed in a probe (${firstLineOf(cause)})`;
    throw new BackendUnavailableError(backend.name, reason, undefined, { cause });
  }
  const isRight =
    moments.count[0] === ROWS &&
    Math.abs(pivots[0]! + moments.shift[0]! - OFFSET) <= 5e-6 * spread &&
    Math.abs(Math.sqrt(moments.m2[0]! / ROWS) / spread - 1) <= 1e-6 &&
    values.every((x, k) => Math.abs((x - OFFSET) / spread - answer[k]!) <= 5e-6);
  if (!isRight)
    throw new BackendUnavailableError(backend.name, `${backend.device} answered wrong numbers in a probe; not used`);
}
