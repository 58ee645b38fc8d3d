import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EarlyStopping } from '../../src/learn/early-stopping.js';
import { FeatureWatch } from '../../src/learn/feature-watch.js';
import { PrequentialLoss } from '../../src/learn/prequential-loss.js';
import { recordLoss } from '../../src/learn/record-loss.js';
import { PortableStream } from '../support/portable-stream.js';

const aimed = <T extends { stride: number; aim(state: Float64Array, offset: number): unknown }>(part: T): T => {
  part.aim(new Float64Array(part.stride + 2), 1);
  return part;
};

describe('PrequentialLoss', () => {
  const losses = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 });
  it('says with one loss more what the losses say by their definitions', () => {
    fc.assert(
      fc.property(losses, (given) => {
        const preq = aimed(new PrequentialLoss({ halfLife: 5, window: 7 }));
        let weight = 0;
        let decayed = 0;
        for (const [i, loss] of given.entries()) {
          const said = preq.with(loss);
          preq.update(loss);
          const seen = given.slice(0, i + 1);
          const mean = (xs: number[]) => xs.reduce((sum, x) => sum + x, 0) / xs.length;
          weight = weight * 2 ** (-1 / 5) + 1;
          decayed += (loss - decayed) / weight;
          expect(said.count).toBe(i + 1);
          expect(said.cumulative).toBeCloseTo(mean(seen), 6);
          expect(said.windowed).toBeCloseTo(mean(seen.slice(-7)), 6);
          expect(said.decayed).toBeCloseTo(decayed, 6);
          expect(preq.decayed).toBeCloseTo(said.decayed, 6);
        }
      }),
    );
  });
  it('forgets a spike once it has left the window, and leaves out what is no loss', () => {
    const preq = aimed(new PrequentialLoss({ window: 5 }));
    for (const loss of [1, 1e12, 1, 2, 3, Number.NaN, 4]) preq.update(loss);
    expect(preq.with(5).windowed).toBe(3);
    expect(preq.with(Number.NaN)).toMatchObject({ count: 6 });
  });
  it('says the same without a window, but of that, and keeps less', () => {
    const [with7, without] = [new PrequentialLoss({ window: 7 }), new PrequentialLoss({ window: null })].map(aimed);
    for (const loss of [3, 1, 4, 1, 5]) for (const each of [with7!, without!]) each.update(loss);
    expect(without!.with(9)).toEqual({ ...with7!.with(9), windowed: Number.NaN });
    expect(without!.stride).toBeLessThan(with7!.stride);
  });
  it('has no mean of nothing', () => {
    expect(aimed(new PrequentialLoss()).with(Number.NaN)).toEqual({
      cumulative: NaN,
      decayed: NaN,
      windowed: NaN,
      count: 0,
    });
    expect(() => new PrequentialLoss({ halfLife: 0 })).toThrow('halfLife');
  });
});

describe('recordLoss', () => {
  it('is what it is called', () => {
    expect(recordLoss('squared')(3, 1)).toBe(4);
    expect(recordLoss('absolute')(3, 1)).toBe(2);
    expect(recordLoss('log')(0.25, 1)).toBeCloseTo(Math.log(4), 15);
    expect(recordLoss('log')(0.25, 0)).toBeCloseTo(-Math.log(0.75), 15);
    expect(recordLoss('log')(0, 1)).toBeCloseTo(15 * Math.LN10, 10);
    expect([0.6, 0.4].map((p) => recordLoss('error-rate')(p, 1))).toEqual([0, 1]);
  });
});

describe('EarlyStopping', () => {
  it('freezes when the loss has stopped falling, and thaws when the errors change', () => {
    const stream = new PortableStream(3);
    const stopping = aimed(new EarlyStopping({ patience: 50 }, true));
    const losses = aimed(new PrequentialLoss());
    const told: string[] = [];
    for (let i = 0; i < 3000; i++) {
      const error = stream.gaussian() * (1 + 20 * 0.98 ** i) + (i >= 2000 ? 3 : 0);
      losses.update(error * error);
      const event = stopping.update(error * error, losses.decayed, error);
      if (event) told.push(`${event} ${i < 2000 ? 'before' : 'after'}`);
      if (event === 'thawed' && told.length === 2) expect(i).toBeLessThan(2100);
    }
    expect(told.slice(0, 2)).toEqual(['frozen before', 'thawed after']);
  });
  it('thaws a model whose loss is twice what it was, whatever the detector says', () => {
    const stopping = aimed(new EarlyStopping({ patience: 1 }, false));
    expect(stopping.update(1, 1, 1)).toBeUndefined();
    expect(stopping.update(1, 1, 1)).toBe('frozen');
    expect(stopping.frozen).toBe(true);
    expect(stopping.update(2.1, 2.1, 1)).toBe('thawed');
    expect(stopping.frozen).toBe(false);
  });
});

describe('FeatureWatch', () => {
  it('leaves out a stuck and a silent feature, and takes them in again', () => {
    const stream = new PortableStream(9);
    const watch = aimed(new FeatureWatch(3, {}));
    const told: string[] = [];
    for (let i = 0; i < 300; i++) {
      const stuck = i >= 100 && i < 200 ? 4 : stream.gaussian();
      const silent = i >= 120 && i < 180 ? Number.NaN : stream.gaussian();
      watch.update([stream.gaussian(), stuck, silent], (input, because) => told.push(`${i}: ${input} ${because}`));
    }
    expect(told).toEqual([expect.stringMatching(/^1[01]\d: 1 flat$/), '129: 2 silent', '180: 2 null', '200: 1 null']);
  });
});
