import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecayedQuantileSketch } from '../../src/stats/decayed-quantile-sketch.js';
import { QuantileSketch } from '../../src/stats/quantile-sketch.js';
import type { QuantileStatistic } from '../../src/stats/statistic.js';
import { TimeWindowQuantiles } from '../../src/stats/time-window-quantiles.js';
import { WindowQuantiles } from '../../src/stats/window-quantiles.js';
import { PortableStream } from '../support/portable-stream.js';

const shares = Float64Array.of(0, 0.01, 0.25, 0.5, 0.75, 0.999, 1);
/** What `quantiles` says, and what `quantile` says of each. */
function both(statistic: QuantileStatistic): [together: number[], apart: number[]] {
  const into = new Float64Array(shares.length);
  statistic.quantiles(shares, into);
  return [[...into], Array.from(shares, (p) => statistic.quantile(p))];
}
function expectSame(statistic: QuantileStatistic): void {
  const [together, apart] = both(statistic);
  expect(together).toEqual(apart);
}

const statistics: readonly [string, () => QuantileStatistic][] = [
  ['window', () => new WindowQuantiles({ length: 20 })],
  ['time window', () => new TimeWindowQuantiles({ duration: 30 })],
  ['sketch', () => new QuantileSketch({ maxBins: 128 })],
  ['sketch of a fixed pivot', () => new QuantileSketch({ maxBins: 128, pivot: 0 })],
  ['decayed sketch', () => new DecayedQuantileSketch({ halfLife: 30, maxBins: 256 })],
];

describe.each(statistics)('quantiles of a %s', (_, make) => {
  it('are NaN of nothing', () => expectSame(make()));
  it('are each quantile, after every observation, whatever the level does', () => {
    const steps = fc.record({
      level: fc.constantFrom(0, 3, -50, 1e6),
      spread: fc.constantFrom(0, 1, 40),
      n: fc.nat(150),
    });
    fc.assert(
      fc.property(fc.array(steps, { minLength: 1, maxLength: 5 }), fc.nat(), (levels, seed) => {
        const statistic = make();
        const stream = new PortableStream(seed);
        let time = 0;
        for (const { level, spread, n } of levels)
          for (const g of stream.gaussians(n)) {
            statistic.update(level + spread * g, time++);
            expectSame(statistic);
          }
      }),
      { numRuns: 30 },
    );
  });
});

describe('quantiles of a sketch that is asked after every observation', () => {
  type Sketch = QuantileSketch;
  const gaussian = (seed: number, n = 300): Sketch => {
    const sketch = new QuantileSketch();
    for (const g of new PortableStream(seed).gaussians(n)) sketch.update(g);
    return sketch;
  };
  /** Asked for so long that what is found is followed. */
  const followed = (): Sketch => {
    const sketch = gaussian(1);
    for (let i = 0; i < 20; i++) {
      sketch.update(i / 10);
      expectSame(sketch);
    }
    return sketch;
  };
  const changes: readonly [string, (sketch: Sketch) => void][] = [
    ['a weight of several', (s) => s.update(0.3, Number.NaN, 7)],
    ['a weight that is not whole', (s) => s.update(-0.3, Number.NaN, 0.1)],
    ['a spike', (s) => s.update(1e9)],
    ['a merge', (s) => s.merge(gaussian(2))],
    ['a reset', (s) => s.reset()],
    ['another state', (s) => void s.aim(gaussian(3).state, 0)],
    [
      'another state in its place',
      (s) =>
        void s.aim(
          s.state.map((_, i, own) => (own[i] = gaussian(3).state[i]!)),
          0,
        ),
    ],
    [
      'what another instance learns into its state',
      ({ state }) => {
        for (const g of new PortableStream(4).gaussians(50)) new QuantileSketch({}, state).update(g);
      },
    ],
  ];
  it.each(changes)('stay right after %s', (_, change) => {
    const sketch = followed();
    change(sketch);
    for (const g of new PortableStream(5).gaussians(300)) {
      expectSame(sketch);
      sketch.update(1 + g);
    }
  });
});
