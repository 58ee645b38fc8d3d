import { describe, expect, it } from 'vitest';
import { shadow } from '../../../src/normalize/adaptive/shadow.js';
import { seededNormals } from '../../support/seeded-normals.js';

describe('shadow', () => {
  it('is the plain mean and sum of squares of what it gathers', () => {
    const xs = [...seededNormals(1, 40)];
    const state = new Float64Array(4);
    for (const x of xs) shadow.learn(state, 1, 1e6 + x);
    const mean = xs.reduce((a, b) => a + b) / 40;
    expect(state[1]).toBe(40);
    expect(state[2]! - 1e6).toBeCloseTo(mean, 9);
    expect(state[3]).toBeCloseTo(
      xs.reduce((sum, x) => sum + (x - mean) ** 2, 0),
      5,
    );
    expect(state[0]).toBe(0);
  });
  it('cuts a wild value at four of its own standard deviations', () => {
    const state = new Float64Array(3);
    for (const x of [1, -1, 1, -1, 1, -1]) shadow.learn(state, 0, x);
    shadow.learn(state, 0, 1e9);
    expect(state[1]).toBeCloseTo(4 / 7, 12);
  });
  it('keeps counting once it is latched', () => {
    const state = new Float64Array(3);
    shadow.latch(state, 0);
    expect(shadow.latchedCount(state, 0)).toBe(0);
    shadow.learn(state, 0, 3);
    expect(shadow.latchedCount(state, 0)).toBe(0);
    shadow.latch(state, 0);
    shadow.learn(state, 0, 5);
    shadow.latch(state, 0);
    expect(shadow.latchedCount(state, 0)).toBe(2);
    expect(state[1]).toBe(4);
    expect(shadow.count(state, 0)).toBe(2);
  });
});
