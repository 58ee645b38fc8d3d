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

/** The same into the same array, time after time: where it is said to hold them already, it does. */
function asker(...ps: number[]): (statistic: QuantileStatistic) => boolean {
  const shares = Float64Array.from(ps);
  const into = new Float64Array(ps.length);
  return (statistic) => {
    const before = [...into];
    const areNew = statistic.quantiles(shares, into);
    const expected = ps.map((p) => statistic.quantile(p));
    expect([...into]).toEqual(expected);
    if (!areNew) expect(before).toEqual(expected);
    return areNew;
  };
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
        // One of them is asked so that it is followed, each of them in some runs.
        const ask = [expectSame, asker(0.25, 0.5, 0.75), asker(0.5), asker(0, 0.1, 1)][seed % 4]!;
        let time = 0;
        for (const { level, spread, n } of levels)
          for (const g of stream.gaussians(n)) {
            statistic.update(level + spread * g, time++);
            ask(statistic);
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
  const followed = (ask: (sketch: Sketch) => unknown): Sketch => {
    const sketch = gaussian(1);
    for (let i = 0; i < 20; i++) {
      sketch.update(i / 10);
      ask(sketch);
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
  describe.each([
    ['new arrays', () => expectSame],
    ['the same arrays', () => asker(0.25, 0.5, 0.75)],
    ['the same arrays, smallest and largest in them', () => asker(0, 0.5, 1)],
  ] as const)('with %s', (_, makeAsk) => {
    it.each(changes)('stay right after %s', (_, change) => {
      const ask = makeAsk();
      const sketch = followed(ask);
      change(sketch);
      for (const g of new PortableStream(5).gaussians(300)) {
        ask(sketch);
        sketch.update(1 + g);
      }
    });
  });

  it('mostly stay as they are, and are known to, once there are many', () => {
    const sketch = gaussian(1, 20_000);
    const ask = asker(0.25, 0.5, 0.75);
    let news = 0;
    for (const g of new PortableStream(6).gaussians(1000)) {
      sketch.update(g);
      if (ask(sketch)) news++;
    }
    expect(news).toBeLessThan(500);
    expect(ask(sketch)).toBe(false);
  });

  it('are not those of other shares that were asked for in between', () => {
    const sketch = gaussian(1, 5000);
    const asks = [asker(0.25, 0.5, 0.75), asker(0.1, 0.5, 0.9), asker(0.5)];
    for (const [i, g] of new PortableStream(7).gaussians(600).entries()) {
      sketch.update(g);
      asks[Math.floor(i / 7) % 3]!(sketch);
    }
  });
});
