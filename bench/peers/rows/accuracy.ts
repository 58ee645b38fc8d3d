import { Adwin } from '../../../src/drift/adwin.js';
import type { Detector } from '../../../src/drift/detector.js';
import { PageHinkley } from '../../../src/drift/page-hinkley.js';
import { DecayedMoments } from '../../../src/stats/decayed-moments.js';
import { Moments } from '../../../src/stats/moments.js';
import type { MomentsStatistic } from '../../../src/stats/statistic.js';
import { WindowMoments } from '../../../src/stats/window-moments.js';
import { seededGaussian } from '../../support/seeded-gaussian.js';
import type { Inquiry, Row } from '../case.js';
import type { Contender, Input, Work } from '../contender.js';
import { twoPass } from './expected-scores.js';
import { peerPackage } from './peer-package.js';

const offsets = [0, 1e6, 1e9, 1e12];
const length = 1000;
const window = 100;

/** Answers one number for each part of so many values. */
const eachPart =
  (answer: (part: Float64Array) => number, version?: string) =>
  ({ data, parameters }: Input): Work => {
    const size = parameters.part!;
    const answers = () =>
      Array.from({ length: data.length / size }, (_, i) => answer(data.subarray(i * size, (i + 1) * size)));
    return { run: () => void answers(), answers, ...(version !== undefined && { version }) };
  };

const learnt = (statistic: MomentsStatistic, part: Float64Array): MomentsStatistic => {
  for (const x of part) statistic.update(x);
  return statistic;
};

function welford(xs: Float64Array): { mean: number; variance: number } {
  let n = 0;
  let mean = 0;
  let m2 = 0;
  for (const x of xs) {
    const delta = x - mean;
    mean += delta / ++n;
    m2 += delta * (x - mean);
  }
  return { mean, variance: m2 / n };
}

type Accumulator = (x?: number) => ArrayLike<number>;

/** What @stdlib answers after every value. */
function stdlib(
  name: string,
  make: (module: (window: number) => Accumulator) => Accumulator,
  pick: (out: ArrayLike<number>) => number,
) {
  return (input: Input): Work => {
    const { module, version } = peerPackage<(window: number) => Accumulator>(name);
    return eachPart((part) => {
      const accumulate = make(module);
      for (const x of part) accumulate(x);
      return pick(accumulate());
    }, version)(input);
  };
}

const relative = (answer: number, truth: number): string => {
  if (Number.isNaN(answer)) return '**NaN**';
  const error = Math.abs(answer - truth) / Math.abs(truth);
  if (!(error < 1e-3)) return `**${error === Number.POSITIVE_INFINITY ? '∞' : error.toExponential(0)}**`;
  return error === 0 ? '0' : error.toExponential(0);
};

function offsetTorture(): Inquiry {
  const values = seededGaussian({ seed: 1, length });
  return {
    id: 'accuracy/offset',
    title: 'Relative error of the variance of 1,000 values, by what was added to them',
    note: 'Against two passes in float64 over the same values. In bold: not even three digits are right',
    data: () => Float64Array.from(offsets.flatMap((offset) => [...values.map((g) => offset + g)])),
    parameters: { part: length },
    head: offsets.map((offset) => (offset === 0 ? 'nothing' : offset.toExponential(0).replace('+', ''))),
    cells: (answers, data) =>
      offsets.map((_, i) => relative(answers[i]!, twoPass(data.subarray(i * length, (i + 1) * length)).sd ** 2)),
    contenders: [
      {
        id: 'ours',
        name: '`Moments`, one by one',
        isOurs: true,
        work: eachPart((part) => learnt(new Moments(), part).variance()),
      },
      {
        id: 'ours-merged',
        name: '`Moments`, merged from batches of 100',
        isOurs: true,
        work: eachPart((part) => {
          const all = new Moments();
          for (let i = 0; i < part.length; i += 100) {
            const batch = new Moments();
            batch.updateMany(part, i, i + 100);
            all.merge(batch);
          }
          return all.variance();
        }),
      },
      {
        id: 'ours-window',
        name: '`WindowMoments` of 1,000',
        isOurs: true,
        work: eachPart((part) => learnt(new WindowMoments({ length }), part).variance()),
      },
      { id: 'welford', name: 'Welford by hand', work: eachPart((part) => welford(part).variance) },
      {
        id: 'stdlib',
        name: '@stdlib `incrmeanstdev`',
        needs: 'npm',
        work: stdlib(
          '@stdlib/stats-incr-meanstdev',
          (module) => (module as unknown as () => Accumulator)(),
          (out) => (out[1]! ** 2 * (length - 1)) / length,
        ),
      },
      { id: 'river', name: 'river `StandardScaler`, one by one', needs: 'python', task: 'accuracy.river_variance' },
      {
        id: 'river-many',
        name: 'river `StandardScaler.learn_many`, 100 a batch',
        needs: 'python',
        task: 'accuracy.river_many',
      },
      {
        id: 'sklearn',
        name: 'scikit-learn `partial_fit`, 100 a batch',
        needs: 'python',
        task: 'accuracy.sklearn_variance',
      },
      {
        id: 'sklearn-32',
        name: 'scikit-learn `partial_fit`, float32',
        needs: 'python',
        task: 'accuracy.sklearn_float32',
      },
      { id: 'torch', name: 'torch `BatchNorm1d`, float32, one batch', needs: 'torch', task: 'accuracy_torch.variance' },
    ],
  };
}

const windows: readonly Contender[] = [
  {
    id: 'ours',
    name: '`WindowMoments`',
    isOurs: true,
    work: eachPart((part) => learnt(new WindowMoments({ length: window }), part).variance(1)),
  },
  {
    id: 'stdlib',
    name: '@stdlib `incrmmeanstdev`',
    needs: 'npm',
    work: stdlib(
      '@stdlib/stats-incr-mmeanstdev',
      (module) => module(window),
      (out) => out[1]! ** 2,
    ),
  },
  { id: 'pandas', name: 'pandas `rolling`', needs: 'python', task: 'accuracy.pandas_rolling' },
  { id: 'polars', name: 'polars `rolling_std`', needs: 'python', task: 'accuracy.polars_rolling' },
  { id: 'river', name: 'river `Rolling(Var)`', needs: 'python', task: 'accuracy.river_rolling' },
];

function spikes(): Inquiry {
  const heights = [1e6, 1e9, 1e12];
  const values = seededGaussian({ seed: 3, length }).map((g) => 20 + 3 * g);
  return {
    id: 'accuracy/spike',
    title: `Relative error of the variance of the last ${window}, once a spike has left it, by the height of the spike`,
    data: () => Float64Array.from(heights.flatMap((height) => [...values.with(200, height)])),
    parameters: { part: length, window },
    head: heights.map((height) => height.toExponential(0).replace('+', '')),
    cells: (answers) => {
      const { sd } = twoPass(values.subarray(length - window));
      return heights.map((_, i) => relative(answers[i]!, (sd * sd * window) / (window - 1)));
    },
    contenders: windows,
  };
}

function poison(): Inquiry {
  const bad = [Number.NaN, Number.POSITIVE_INFINITY];
  const values = seededGaussian({ seed: 3, length }).map((g) => 20 + 3 * g);
  const mean = (values.reduce((a, b) => a + b) - values[200]!) / (length - 1);
  return {
    id: 'accuracy/poison',
    title: 'Mean of 1,000 values of about 20, one of which is no number',
    note: 'Of all, of the last 100, or with a half-life of 100, at the end: what is answered eight hundred values later',
    data: () => Float64Array.from(bad.flatMap((x) => [...values.with(200, x)])),
    parameters: { part: length, window },
    head: ['NaN', '+Infinity'],
    cells: (answers) =>
      bad.map((_, i) => {
        const answer = answers[i]!;
        return Number.isFinite(answer) && Math.abs(answer - mean) < 5 ? answer.toFixed(3) : `**${answer}**`;
      }),
    contenders: [
      { id: 'ours', name: '`Moments`', isOurs: true, work: eachPart((part) => learnt(new Moments(), part).mean) },
      {
        id: 'ours-window',
        name: '`WindowMoments`',
        isOurs: true,
        work: eachPart((part) => learnt(new WindowMoments({ length: window }), part).mean),
      },
      {
        id: 'ours-decayed',
        name: '`DecayedMoments`',
        isOurs: true,
        work: eachPart((part) => learnt(new DecayedMoments({ halfLife: 100 }), part).mean),
      },
      { id: 'welford', name: 'Welford by hand', work: eachPart((part) => welford(part).mean) },
      {
        id: 'stdlib',
        name: '@stdlib `incrmeanstdev`',
        needs: 'npm',
        work: stdlib(
          '@stdlib/stats-incr-meanstdev',
          (module) => (module as unknown as () => Accumulator)(),
          (out) => out[0]!,
        ),
      },
      {
        id: 'stdlib-window',
        name: '@stdlib `incrmmeanstdev`',
        needs: 'npm',
        work: stdlib(
          '@stdlib/stats-incr-mmeanstdev',
          (module) => module(window),
          (out) => out[0]!,
        ),
      },
      { id: 'river', name: 'river `StandardScaler`', needs: 'python', task: 'accuracy.river_mean' },
      { id: 'river-ew', name: 'river `EWMean`', needs: 'python', task: 'accuracy.river_ewm' },
      { id: 'sklearn', name: 'scikit-learn `partial_fit`, one by one', needs: 'python', task: 'accuracy.sklearn_mean' },
      { id: 'pandas', name: 'pandas `rolling`', needs: 'python', task: 'accuracy.pandas_rolling_mean' },
      { id: 'pandas-ewm', name: 'pandas `ewm`', needs: 'python', task: 'accuracy.pandas_ewm' },
      { id: 'polars', name: 'polars `rolling_mean`', needs: 'python', task: 'accuracy.polars_rolling_mean' },
      { id: 'polars-ewm', name: 'polars `ewm_mean`', needs: 'python', task: 'accuracy.polars_ewm' },
      { id: 'torch', name: 'torch `BatchNorm1d`, 100 a batch', needs: 'torch', task: 'accuracy_torch.mean' },
    ],
  };
}

/** The first alarm at or after the change, or NaN. */
const firstAlarm = (make: () => Detector) =>
  eachPart((part) => {
    const detector = make();
    detector.aim(new Float64Array(detector.stride), 0);
    for (let i = 0; i < part.length; i++) {
      if (detector.update(part[i]!) === 0) continue;
      if (i >= part.length / 2) return i - part.length / 2;
      detector.reset();
    }
    return Number.NaN;
  });

function blinded(): Inquiry {
  const size = 4000;
  const values = seededGaussian({ seed: 4, length: size }).map((g, i) => (i < size / 2 ? g : g + 5));
  return {
    id: 'accuracy/blinded',
    title:
      'After how many values a shift of five standard deviations is found, a NaN or an infinity having come before',
    data: () =>
      Float64Array.from(
        [values, values.with(100, Number.NaN), values.with(100, Number.POSITIVE_INFINITY)].flatMap((each) => [...each]),
      ),
    parameters: { part: size },
    head: ['nothing before', 'a NaN before', 'an infinity before'],
    cells: (answers) => answers.map((answer) => (Number.isNaN(answer) ? '**never**' : String(answer))),
    contenders: [
      { id: 'ours', name: '`Adwin`', isOurs: true, work: firstAlarm(() => new Adwin()) },
      { id: 'ours-ph', name: '`PageHinkley`', isOurs: true, work: firstAlarm(() => new PageHinkley()) },
      { id: 'river', name: 'river `ADWIN`', needs: 'python', task: 'accuracy.river_adwin' },
      { id: 'river-ph', name: 'river `PageHinkley`', needs: 'python', task: 'accuracy.river_page_hinkley' },
    ],
  };
}

export const accuracy: Row = {
  id: 'accuracy',
  title: 'Right or wrong',
  cases: () => [],
  inquiries: () => [offsetTorture(), spikes(), poison(), blinded()],
};
