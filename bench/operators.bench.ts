// What an operator costs per value, beside what it stands in for. Each row runs in a process of its own, so that no row spoils the
// optimizer for another; rows are interleaved and the median of the rounds is shown.
import incrmeanstdev from '@stdlib/stats-incr-meanstdev';
import { groupBy, map, mergeMap, type Observable, type OperatorFunction, Subject, scan } from 'rxjs';
import { zScore } from '../operators/index.js';
import { createScorer } from '../src/normalize/create-scorer.js';
import { resolveField } from '../src/normalize/resolve-field.js';
import { scoreColumn } from '../src/normalize/score-column.js';
import { compareInProcesses } from './support/compare-in-processes.js';
import { seededGaussian } from './support/seeded-gaussian.js';

const n = 1_000_000;
const xs = seededGaussian({ seed: 42, length: n });

/** Pushes every value through a subject, as a live source does; returns ns per value, the best of a few passes. */
function perValue<T>(inputs: readonly T[], operator: OperatorFunction<T, unknown>): number {
  let best = Number.POSITIVE_INFINITY;
  for (let pass = 0; pass < 7; pass++) {
    const source = new Subject<T>();
    let last: unknown;
    (source.pipe(operator) as Observable<unknown>).subscribe((value) => {
      last = value;
    });
    const start = performance.now();
    for (let i = 0; i < inputs.length; i++) source.next(inputs[i]!);
    best = Math.min(best, ((performance.now() - start) * 1e6) / inputs.length);
    if (last === undefined) throw new Error('nothing came out');
  }
  return best;
}

/** ns per value of a loop over the column, the best of a few passes. */
function perElement(loop: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let pass = 0; pass < 9; pass++) {
    const start = performance.now();
    loop();
    best = Math.min(best, ((performance.now() - start) * 1e6) / n);
  }
  return best;
}

const numbers = Array.from(xs);
const keyed = (series: number) => numbers.map((x, i) => ({ key: `device-${(i * 7919) % series}`, x }));
interface Keyed {
  key: string;
  x: number;
}
const welford = () =>
  scan(
    (state: { n: number; mean: number; m2: number; z: number }, x: number) => {
      const delta = x - state.mean;
      const z = delta / Math.sqrt(state.m2 / state.n);
      const count = state.n + 1;
      const mean = state.mean + delta / count;
      return { n: count, mean, m2: state.m2 + delta * (x - mean), z };
    },
    { n: 0, mean: 0, m2: 0, z: 0 },
  );
const out = new Float64Array(n);

await compareInProcesses(
  import.meta.url,
  {
    'map(x => x), Subject → operator': () =>
      perValue(
        numbers,
        map((x) => x),
      ),
    'zScore() on numbers': () => perValue(numbers, zScore()),
    'hand-written scan(Welford), new object': () => perValue(numbers, welford()),
    '@stdlib incrmeanstdev behind map': () => {
      const accumulate = incrmeanstdev();
      return perValue(
        numbers,
        map((x) => {
          const known = accumulate();
          const z = known === null ? 0 : (x - known[0]!) / known[1]!;
          accumulate(x);
          return z;
        }),
      );
    },
    'zScore keyed, 1,000 series': () =>
      perValue(keyed(1000), zScore({ key: (r: Keyed) => r.key, value: (r: Keyed) => r.x })),
    'groupBy + scan(Welford), 1,000 series': () =>
      perValue(keyed(1000), (source) =>
        source.pipe(
          groupBy((r: Keyed) => r.key),
          mergeMap((group) =>
            group.pipe(
              map((r) => r.x),
              welford(),
            ),
          ),
        ),
      ),
    'bare inline Welford z-score over a column': () =>
      perElement(() => {
        let count = 0;
        let mean = 0;
        let m2 = 0;
        for (let i = 0; i < n; i++) {
          const x = xs[i]!;
          const delta = x - mean;
          out[i] = delta / Math.sqrt(m2 / count);
          count += 1;
          mean += delta / count;
          m2 += delta * (x - mean);
        }
      }),
    'zScore over a column': () => {
      const scorer = createScorer(resolveField({ method: 'z-score' }), { missing: 0, late: 0, untimed: 0, gated: 0 });
      scorer.aim(new Float64Array(scorer.stride), 0);
      return perElement(() => scoreColumn(scorer, xs, out));
    },
  },
  [
    ['zScore() on numbers', 'map(x => x), Subject → operator', 'bar ≤ 1.5 ×'],
    ['zScore() on numbers', 'hand-written scan(Welford), new object', ''],
    ['zScore() on numbers', '@stdlib incrmeanstdev behind map', ''],
    ['zScore keyed, 1,000 series', 'groupBy + scan(Welford), 1,000 series', 'bar ≤ 0.5 ×'],
    ['zScore over a column', 'bare inline Welford z-score over a column', 'bar ≤ 2.5 ×'],
  ],
);
