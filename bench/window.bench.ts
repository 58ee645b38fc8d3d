// Mean and standard deviation of the last 1,000 values, one value at a time, and what is left after a spike has gone through.
import incrmmeanstdev from '@stdlib/stats-incr-mmeanstdev';
import { WindowMoments } from '../src/stats/window-moments.js';
import { compareInProcesses, type Work } from './support/compare-in-processes.js';
import { seededGaussian } from './support/seeded-gaussian.js';

const n = 100_000;
const length = 1000;
const xs = seededGaussian({ seed: 7, length: n });

function work(update: (x: number) => number): Work {
  const run = () => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += update(xs[i]!);
    if (Number.isNaN(sum)) throw new Error('an answer was NaN');
  };
  return { observations: n, run };
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
  { 'WindowMoments, 1,000': () => work(ours()), '@stdlib incrmmeanstdev(1000)': () => work(stdlib()) },
  [['WindowMoments, 1,000', '@stdlib incrmmeanstdev(1000)', 'bar ≤ 1 ×']],
);
if (process.argv.length === 2) {
  console.log(`relative error after a 1e12 spike has left: ours ${afterSpike(ours)}, @stdlib ${afterSpike(stdlib)}`);
}
