// Mean and standard deviation of the last 1,000 values, one value at a time, and what is left after a spike has gone through.
import incrmmeanstdev from '@stdlib/stats-incr-mmeanstdev';
import { WindowMoments } from '../src/stats/window-moments.js';
import { compareInProcesses } from './support/compare-in-processes.js';
import { seededGaussian } from './support/seeded-gaussian.js';

const n = 500_000;
const length = 1000;
const xs = seededGaussian({ seed: 7, length: n });

function perValue(update: (x: number) => number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let pass = 0; pass < 5; pass++) {
    let sum = 0;
    const start = performance.now();
    for (let i = 0; i < n; i++) sum += update(xs[i]!);
    best = Math.min(best, ((performance.now() - start) * 1e6) / n);
    if (Number.isNaN(sum)) throw new Error('an answer was NaN');
  }
  return best;
}

const ours = () => {
  const window = new WindowMoments({ length });
  return (x: number) => {
    window.update(x);
    return window.mean + window.variance(1);
  };
};
const stdlib = () => {
  const accumulate = incrmmeanstdev(length);
  return (x: number) => {
    const moments = accumulate(x)!;
    const [mean, sd] = [moments[0], moments[1]];
    return mean! + (Number.isNaN(sd!) ? 0 : sd! * sd!);
  };
};

/** Relative error of mean + variance once a 1e12 spike has left the window, against a window that never saw it. */
function afterSpike(make: () => (x: number) => number): string {
  const spiked = make();
  const clean = make();
  let answers: [number, number] = [0, 0];
  for (let i = 0; i < 5 * length; i++) answers = [spiked(i === 100 ? 1e12 : xs[i]!), clean(xs[i]!)];
  return (Math.abs(answers[0] - answers[1]) / Math.abs(answers[1])).toExponential(1);
}

await compareInProcesses(
  import.meta.url,
  { 'WindowMoments, 1,000': () => perValue(ours()), '@stdlib incrmmeanstdev(1000)': () => perValue(stdlib()) },
  [['WindowMoments, 1,000', '@stdlib incrmmeanstdev(1000)', 'bar ≤ 1 ×']],
);
if (process.argv.length === 2) {
  console.log(`relative error after a 1e12 spike has left: ours ${afterSpike(ours)}, @stdlib ${afterSpike(stdlib)}`);
}
