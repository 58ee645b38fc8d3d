import { describe, expect, it } from 'vitest';
import { CorrelationTime } from '../../src/stats/correlation-time.js';
import { seededNormals } from '../support/seeded-normals.js';

function estimate(xs: Float64Array, block = 64, memory = 1e5): number {
  const time = new CorrelationTime(block, memory);
  const state = new Float64Array(CorrelationTime.stride);
  for (const x of xs) time.learn(state, 0, x);
  return time.value(state, 0);
}

/** Variance 1, lag-1 correlation `a`, correlation time (1 + a) / (1 − a). */
function autoregressive(a: number, length: number): Float64Array {
  let x = 0;
  return seededNormals(1, length).map((g) => (x = a * x + Math.sqrt(1 - a * a) * g));
}

describe('CorrelationTime', () => {
  it('is about 1 for independent values and never less', () => {
    expect(estimate(seededNormals(2, 50_000))).toBeLessThan(1.15);
    expect(estimate(new Float64Array(5000))).toBe(1);
    expect(estimate(seededNormals(3, 5000).map((g, t) => (t % 2 ? 1 : -1) + 0.1 * g))).toBe(1);
  });
  it('is the integrated correlation time of an autoregressive series', () => {
    for (const a of [0.5, 0.8]) {
      const time = (1 + a) / (1 - a);
      expect(estimate(autoregressive(a, 100_000))).toBeGreaterThan(0.8 * time);
      expect(estimate(autoregressive(a, 100_000))).toBeLessThan(1.1 * time);
    }
  });
  it('hardly minds a shift of the level', () => {
    const xs = seededNormals(4, 4000).map((g, t) => (t < 2000 ? g : g + 4));
    expect(estimate(xs)).toBeLessThan(estimate(xs.map((x, t) => (t < 2000 ? x : x - 4))) + 0.5);
  });
  it('goes on in new units as if it had always known them', () => {
    const time = new CorrelationTime(64, 2048);
    const xs = autoregressive(0.7, 700);
    const states = [2, 8].map((factor) => {
      const state = new Float64Array(CorrelationTime.stride);
      for (const x of xs.subarray(0, 413)) time.learn(state, 0, (x * 8) / factor);
      time.rescale(state, 0, factor / 8, 0, 0);
      for (const x of xs.subarray(413, 450)) time.learn(state, 0, x);
      return [state[1], state[2], state[4], state[5]];
    });
    expect(states[0]).toEqual(states[1]);
  });
  it('moves the values of the open blocks that came after a change of level, and no others', () => {
    const time = new CorrelationTime(16, 2048);
    const shifted = new Float64Array(CorrelationTime.stride);
    const plain = new Float64Array(CorrelationTime.stride);
    for (let t = 0; t < 32 + 13; t++) {
      time.learn(plain, 0, t % 3);
      time.learn(shifted, 0, (t % 3) + (t >= 32 + 6 ? 100 : 0));
    }
    time.rescale(shifted, 0, 1, -100, 7);
    expect(shifted[4]).toBe(plain[4]);
    expect(shifted[5]).toBe(plain[5]);
  });
  it('keeps its clock within integers however long it runs', () => {
    const time = new CorrelationTime(24, 2048);
    const state = new Float64Array(CorrelationTime.stride);
    state[0] = 1e9 - (1e9 % 24) + 23;
    for (let t = 0; t < 100; t++) time.learn(state, 0, 1);
    expect(state[0]).toBeLessThan(1e6);
    expect(Number.isFinite(time.value(state, 0))).toBe(true);
  });
});
