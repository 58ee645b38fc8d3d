// What an operator costs per value, beside what it stands in for.
import incrmeanstdev from '@stdlib/stats-incr-meanstdev';
import { groupBy, map, mergeMap, type Observable, type OperatorFunction, Subject, scan } from 'rxjs';
import { zScore } from '../operators/index.js';
import { createScorer } from '../src/normalize/create-scorer.js';
import { resolveField } from '../src/normalize/resolve-field.js';
import { scoreColumn } from '../src/normalize/score-column.js';
import { compareInProcesses, type Work } from './support/compare-in-processes.js';
import { seededGaussian } from './support/seeded-gaussian.js';

const n = 200_000;
const xs = seededGaussian({ seed: 42, length: n });

/** Pushes every value through a subject, as a live source does. */
function stream<T>(inputs: readonly T[], operator: () => OperatorFunction<T, unknown>): Work {
  const run = () => {
    const source = new Subject<T>();
    let last: unknown;
    (source.pipe(operator()) as Observable<unknown>).subscribe((value) => {
      last = value;
    });
    for (let i = 0; i < inputs.length; i++) source.next(inputs[i]!);
    if (last === undefined) throw new Error('nothing came out');
  };
  return { observations: inputs.length, run };
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
    'map(x => x)': () => stream(numbers, () => map((x) => x)),
    'zScore()': () => stream(numbers, () => zScore()),
    'scan(Welford), new object': () => stream(numbers, welford),
    '@stdlib incrmeanstdev behind map': () =>
      stream(numbers, () => {
        const accumulate = incrmeanstdev();
        return map((x) => {
          const known = accumulate();
          accumulate(x);
          return known === null ? 0 : (x - known[0]!) / known[1]!;
        });
      }),
    'zScore, 1,000 keys': () =>
      stream(keyed(1000), () => zScore({ key: (r: Keyed) => r.key, value: (r: Keyed) => r.x })),
    'groupBy + scan(Welford), 1,000 keys': () =>
      stream(
        keyed(1000),
        () => (source) =>
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
    'bare Welford loop, column': () => ({ observations: n, run: bareLoop }),
    'zScore, column': () => {
      const scorer = createScorer(resolveField({ method: 'z-score' }), { missing: 0, late: 0, untimed: 0, gated: 0 });
      return {
        observations: n,
        run: () => {
          scorer.aim(new Float64Array(scorer.stride), 0);
          scoreColumn(scorer, xs, out);
        },
      };
    },
  },
  [
    ['zScore()', 'map(x => x)', 'bar ≤ 1.5'],
    ['zScore()', 'scan(Welford), new object', ''],
    ['zScore()', '@stdlib incrmeanstdev behind map', ''],
    ['zScore, 1,000 keys', 'groupBy + scan(Welford), 1,000 keys', 'bar ≤ 0.5'],
    ['zScore, column', 'bare Welford loop, column', 'bar ≤ 2.5'],
  ],
);

function bareLoop(): void {
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
}
