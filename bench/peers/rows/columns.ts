import { DecayedMoments } from '../../../src/stats/decayed-moments.js';
import { runningColumn } from '../../../src/stats/running-column.js';
import type { ColumnwiseMoments } from '../../../src/stats/statistic.js';
import { WindowMoments } from '../../../src/stats/window-moments.js';
import { seededGaussian } from '../../support/seeded-gaussian.js';
import type { Case, Row } from '../case.js';
import type { Contender, Input, Work } from '../contender.js';
import { sampled, twoPass } from './expected-scores.js';
import { peerPackage } from './peer-package.js';

/** Mean and standard deviation after each value, into two columns. */
function intoColumns(data: Float64Array, fill: (means: Float64Array, sds: Float64Array) => void): Work {
  const means = new Float64Array(data.length);
  const sds = new Float64Array(data.length);
  const run = () => fill(means, sds);
  return {
    run,
    answers: () => {
      run();
      return sampled(data.length).flatMap((i) => [means[i]!, sds[i]!]);
    },
  };
}

const statistic =
  (make: (parameters: Input['parameters']) => ColumnwiseMoments, ddof: number) =>
  ({ data, parameters }: Input): Work =>
    intoColumns(data, (means, sds) => runningColumn(make(parameters), data, means, sds, ddof));

const windows: readonly Contender[] = [
  {
    id: 'ours',
    name: '`runningColumn`, `WindowMoments`',
    isOurs: true,
    work: statistic(({ window }) => new WindowMoments({ length: window! }), 1),
  },
  { id: 'pandas', name: 'pandas `rolling(…).mean()`, `.std()`', needs: 'python', task: 'columns.pandas_rolling' },
  { id: 'polars', name: 'polars `rolling_mean`, `rolling_std`', needs: 'python', task: 'columns.polars_rolling' },
  {
    id: 'stdlib',
    name: '@stdlib `incrmmeanstdev`',
    needs: 'npm',
    work: ({ data, parameters }) => {
      type Accumulator = (x: number) => ArrayLike<number>;
      const { module, version } = peerPackage<(window: number) => Accumulator>('@stdlib/stats-incr-mmeanstdev');
      const work = intoColumns(data, (means, sds) => {
        const accumulate = module(parameters.window!);
        for (let i = 0; i < data.length; i++) {
          const answer = accumulate(data[i]!);
          means[i] = answer[0]!;
          sds[i] = answer[1]!;
        }
      });
      return { ...work, version };
    },
  },
  { id: 'river', name: 'river `Rolling(Var)`', needs: 'python', task: 'columns.river_rolling' },
];

function window(n: number, length: number, hasSpike: boolean): Case {
  return {
    id: hasSpike ? 'columns/window-after-spike' : 'columns/window',
    title: `Mean and standard deviation of the last ${length.toLocaleString('en')}, at each value of a column${hasSpike ? ', a spike of 1e12 having gone through' : ''}`,
    unit: 'values',
    observations: n,
    data: () => {
      const xs = seededGaussian({ seed: 7, length: n }).map((g) => 20 + 3 * g);
      // Long gone where the first answers are compared.
      if (hasSpike) xs[sampled(n)[0]! - length] = 1e12;
      return xs;
    },
    parameters: { window: length },
    expected: (xs) =>
      sampled(n).flatMap((i) => {
        const { mean, sd } = twoPass(xs.subarray(i + 1 - length, i + 1));
        return [mean, sd * Math.sqrt(length / (length - 1))];
      }),
    tolerance: 1e-9,
    contenders: windows,
    bars: hasSpike
      ? []
      : [
          { of: 'ours', beside: 'pandas', measure: 'times', bar: 1 },
          { of: 'ours', beside: 'polars', measure: 'times', goal: 1 },
        ],
  };
}

function halfLife(n: number, samples: number): Case {
  return {
    id: 'columns/half-life',
    title: `Mean and standard deviation with a half-life of ${samples}, at each value of a column`,
    unit: 'values',
    observations: n,
    data: () => seededGaussian({ seed: 7, length: n }).map((g) => 20 + 3 * g),
    parameters: { half_life: samples },
    expected: (xs) =>
      sampled(n).flatMap((i) => {
        let weight = 0;
        let mean = 0;
        let squares = 0;
        for (let k = 0; k <= i; k++) weight += 2 ** ((k - i) / samples);
        for (let k = 0; k <= i; k++) mean += (2 ** ((k - i) / samples) / weight) * xs[k]!;
        for (let k = 0; k <= i; k++) squares += (2 ** ((k - i) / samples) / weight) * (xs[k]! - mean) ** 2;
        return [mean, Math.sqrt(squares)];
      }),
    tolerance: 1e-9,
    contenders: [
      {
        id: 'ours',
        name: '`runningColumn`, `DecayedMoments`',
        isOurs: true,
        work: statistic(({ half_life }) => new DecayedMoments({ halfLife: half_life! }), 0),
      },
      { id: 'pandas', name: 'pandas `ewm(…).mean()`, `.std()`', needs: 'python', task: 'columns.pandas_ewm' },
      { id: 'polars', name: 'polars `ewm_mean`, `ewm_std`', needs: 'python', task: 'columns.polars_ewm' },
      { id: 'river', name: 'river `EWMean`, `EWVar`', needs: 'python', task: 'columns.river_ewm' },
    ],
    bars: [
      { of: 'ours', beside: 'pandas', measure: 'times', bar: 1 },
      { of: 'ours', beside: 'polars', measure: 'times', goal: 1 },
    ],
  };
}

export const columns: Row = {
  id: 'columns',
  title: 'Windows and decay over a column',
  cases: ({ isSmoke }) => {
    const n = isSmoke ? 4_000 : 100_000;
    const length = isSmoke ? 100 : 1000;
    return [window(n, length, false), window(n, length, true), halfLife(n, 100)];
  },
};
