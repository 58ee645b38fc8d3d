import { expect, it } from 'vitest';
import { repeatWeight } from '../../src/stats/repeat-weight.js';

it('repeatWeight halves with every doubling of a run beyond four, and starts afresh with a new value', () => {
  const state = new Float64Array(3);
  const weigh = (x: number, times: number) => Array.from({ length: times }, () => repeatWeight(state, 1, x)).at(-1);
  expect(weigh(7, 1)).toBe(1);
  expect(weigh(7, 3)).toBe(1);
  expect(weigh(7, 4)).toBe(0.5);
  expect(weigh(7, 8)).toBe(0.25);
  expect(weigh(8, 1)).toBe(1);
  expect(weigh(7, 1)).toBe(1);
  expect([...state]).toEqual([0, 7, 1]);
});
