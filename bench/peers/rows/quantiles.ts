import { P2Quantile } from '../../../src/stats/p2-quantile.js';
import { QuantileSketch } from '../../../src/stats/quantile-sketch.js';
import { seededGaussian } from '../../support/seeded-gaussian.js';
import type { Case, Row } from '../case.js';
import type { Input, Work } from '../contender.js';
import { peerPackage } from './peer-package.js';

const asked = [0.5, 0.9, 0.99];

interface Sketch {
  learn(x: number): void;
  quantile(p: number): number;
}

/** Learns every value, then answers the three quantiles. */
const sketching =
  (make: () => Sketch, version?: string) =>
  ({ data }: Input): Work => {
    const answers = () => {
      const sketch = make();
      for (let i = 0; i < data.length; i++) sketch.learn(data[i]!);
      return asked.map((p) => sketch.quantile(p));
    };
    return { run: answers, answers, ...(version !== undefined && { version }) };
  };

const ours = (pivot: 'auto' | number) =>
  sketching(() => {
    const sketch = new QuantileSketch({ pivot });
    return { learn: (x) => sketch.update(x), quantile: (p) => sketch.quantile(p) };
  });

function sketches(n: number): Case {
  return {
    id: 'quantiles/sketches',
    title: 'Quantile sketches: learn every value of a lognormal column, then answer the median, p90 and p99',
    unit: 'values',
    observations: n,
    data: () => seededGaussian({ seed: 9, length: n }).map((g) => Math.exp(g)),
    // The answers' ranks: each has an error of its own kind, all are to be within 2 % of the weight.
    read: (answers, data) => answers.map((x) => data.reduce((below, value) => below + (value <= x ? 1 : 0), 0) / n),
    expected: () => asked,
    tolerance: 0.02,
    note: 'What bounds the error: ours and DDSketch relative to the value (1 %), t-digest and KLL in rank, P² nothing. River’s P² and ours keep one summary for each of the three',
    contenders: [
      { id: 'ours', name: '`QuantileSketch`, pivot 0', isOurs: true, work: ours(0) },
      { id: 'ours-auto', name: "`QuantileSketch`, pivot 'auto'", isOurs: true, work: ours('auto') },
      {
        id: 'ours-p2',
        name: 'three `P2Quantile`',
        isOurs: true,
        work: sketching(() => {
          const all = asked.map((p) => new P2Quantile(p));
          return {
            learn: (x) => {
              for (let k = 0; k < all.length; k++) all[k]!.update(x);
            },
            quantile: (p) => all[asked.indexOf(p)]!.value,
          };
        }),
      },
      {
        id: 'ddsketch',
        name: '@datadog/sketches-js `DDSketch`',
        needs: 'npm',
        work: (input) => {
          type DdSketch = { accept(x: number): void; getValueAtQuantile(p: number): number };
          const { module, version } = peerPackage<{ DDSketch: new (options: object) => DdSketch }>(
            '@datadog/sketches-js',
          );
          return sketching(() => {
            const sketch = new module.DDSketch({ relativeAccuracy: 0.01 });
            return { learn: (x) => sketch.accept(x), quantile: (p) => sketch.getValueAtQuantile(p) };
          }, version)(input);
        },
      },
      {
        id: 'tdigest',
        name: 'tdigest',
        needs: 'npm',
        work: (input) => {
          type Digest = { push(x: number): void; percentile(p: number): number };
          const { module, version } = peerPackage<{ TDigest: new () => Digest }>('tdigest');
          return sketching(() => {
            const digest = new module.TDigest();
            return { learn: (x) => digest.push(x), quantile: (p) => digest.percentile(p) };
          }, version)(input);
        },
      },
      { id: 'tdigest-java', name: 't-digest (Java), merging', needs: 'java', task: 'quantiles.tdigest' },
      { id: 'kll', name: 'Apache DataSketches KLL (Java)', needs: 'java', task: 'quantiles.kll' },
      { id: 'river', name: 'three river `Quantile` (P²)', needs: 'python', task: 'quantiles.p_square' },
    ],
    bars: [
      { of: 'ours', measure: 'rate', bar: 10 },
      { of: 'ours', beside: 'ddsketch', measure: 'times', goal: 1 },
      { of: 'ours-auto', measure: 'rate', bar: 10 },
      { of: 'ours-auto', beside: 'ddsketch', measure: 'times', goal: 1 },
    ],
  };
}

export const quantiles: Row = {
  id: 'quantiles',
  title: 'Quantile sketches',
  cases: ({ isSmoke }) => [sketches(isSmoke ? 4_000 : 100_000)],
};
