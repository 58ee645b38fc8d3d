import { describe, expect, it } from 'vitest';
import { ExpertWeights } from '../../../src/normalize/innovation/expert-weights.js';
import { PredictiveLaw } from '../../../src/normalize/innovation/predictive-law.js';
import { mScaleScore } from '../../../src/stats/m-scale-score.js';

/** 4 centers, 8 reciprocal scales, 16 weights. */
function experts(): Float64Array {
  const state = new Float64Array(28);
  state.set([1, 1.5, 2, 2.5]);
  state.set([1, 0.5, 2, 0.25, 1, 0.5, 4, 0.8], 4);
  new ExpertWeights().open(state, 12);
  return state;
}

describe('PredictiveLaw', () => {
  it('scores by the distance from its center in its scales', () => {
    const law = new PredictiveLaw();
    law.commit(experts(), 0);
    for (const x of [-100, 0, 2.4, 7]) {
      expect(law.judge(experts(), 0, x, false)).toBeCloseTo((x - law.center) / law.scale, 12);
    }
  });
  it('is the law of one pair when that pair alone is believed', () => {
    const state = experts();
    state.fill(0, 12);
    state[12 + 14] = 0.75;
    state[12 + 15] = 0.25;
    const law = new PredictiveLaw();
    law.commit(state, 0);
    expect([law.center, law.normalShare]).toEqual([2.5, 0.75]);
    expect(law.scale).toBeCloseTo(1.25, 14);
  });
  it('is the same law, whatever value it judges', () => {
    const [law, judging] = [new PredictiveLaw(), new PredictiveLaw()];
    law.commit(experts(), 0);
    for (const x of [-1e9, 0, 2.4, 1e150]) {
      judging.judge(experts(), 0, x, x === 0);
      expect([judging.center, judging.scale, judging.normalShare]).toEqual([law.center, law.scale, law.normalShare]);
    }
  });
  it('judges by the normal and the t2 density, to a relative error that does not matter', () => {
    const law = new PredictiveLaw();
    const state = experts();
    law.commit(state, 0);
    for (const x of [0, 1, 2.5, 6]) {
      law.judge(state, 0, x, false);
      let total = 0;
      for (let k = 0; k < 8; k++) {
        const precision = state[4 + k]!;
        const u = (x - state[k >> 1]!) * precision;
        if (Math.abs(u) < 4) {
          const normal = (state[12 + 2 * k]! * precision * Math.exp((-u * u) / 2)) / Math.sqrt(2 * Math.PI);
          expect(Math.abs(law.likelihoods[2 * k]! / normal - 1)).toBeLessThan(0.02);
        }
        const t = 1.364989633530465 * u;
        const heavy = (state[13 + 2 * k]! * precision * 1.364989633530465) / (2 + t * t) ** 1.5;
        expect(law.likelihoods[2 * k + 1]! / heavy).toBeCloseTo(1, 12);
        expect(law.scores[k]).toBeCloseTo(mScaleScore(u * u), 7);
        total += law.likelihoods[2 * k]! + law.likelihoods[2 * k + 1]!;
      }
      expect(law.total).toBeCloseTo(total, 14);
    }
  });
});

describe('ExpertWeights', () => {
  it('always sum to 1, and none is ever lost', () => {
    const weights = new ExpertWeights();
    const state = new Float64Array(18);
    weights.open(state, 1);
    const sum = () => state.subarray(1, 17).reduce((a, b) => a + b);
    expect(sum()).toBe(1);
    const likelihoods = new Float64Array(16);
    for (let t = 0; t < 2000; t++) {
      for (let k = 0; k < 16; k++) likelihoods[k] = state[1 + k]! * (k === 3 ? 1 : 1e-30);
      weights.learn(
        state,
        1,
        likelihoods,
        likelihoods.reduce((a, b) => a + b),
        1e-9,
      );
      expect(sum()).toBeCloseTo(1, 12);
      expect(Math.min(...state.subarray(1, 17))).toBeGreaterThan(1.8e-4);
    }
    expect(state[4]).toBeGreaterThan(0.99);
    expect([state[0], state[17]]).toEqual([0, 0]);
  });
  it('do not move when nobody expected the value', () => {
    const weights = new ExpertWeights();
    const state = new Float64Array(16);
    weights.open(state, 0);
    const before = state.slice();
    weights.learn(state, 0, new Float64Array(16), 0, 1e-200);
    for (let k = 0; k < 16; k++) expect(state[k]).toBeCloseTo(before[k]!, 2);
  });
});
