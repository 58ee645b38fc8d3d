import { describe, expect, it } from 'vitest';
import { createModel, type ModelName } from '../../src/learn/create-model.js';
import { LearningLoop } from '../../src/learn/learning-loop.js';
import { LinearLearner } from '../../src/learn/linear-learner.js';
import { RecordLoop } from '../../src/learn/record-loop.js';

/** A loop of its own state, or of a copy of another's. */
function loopOf(rate: number, stopMark: number | undefined, from?: Float64Array) {
  const model = new LinearLearner({ inputs: 1, rate, clipGradient: Number.POSITIVE_INFINITY });
  const events: string[] = [];
  const loop = new LearningLoop({
    model,
    loss: 'squared',
    prequential: { halfLife: 10, window: 10 },
    onEvent: ({ kind }) => events.push(kind),
    stopMark,
  });
  const state = from ?? new Float64Array(loop.stride);
  loop.aim(state, 0);
  const turn = new RecordLoop(model, loop, 'skip', { missing: 0 });
  const take = (x: number, y: number): number => {
    turn.features[0] = x;
    turn.target = y;
    turn.predict();
    turn.learn();
    return turn.prediction;
  };
  return { loop, state, events, turn, take, weights: () => [...model.weights, model.bias] };
}

describe('RecordLoop', () => {
  it('stops a model that would leave the finite numbers as it was, and marks its state', () => {
    const { loop, state, events, turn, take, weights } = loopOf(0.1, 7);
    for (let i = 0; i < 20; i++) take(i % 3, 2 * (i % 3));
    const before = weights();
    take(1e150, -1e308);
    expect(events).toEqual(['stopped']);
    expect(weights()).toEqual(before);
    expect(loop.isStoppedAt(state, 0)).toBe(true);
    expect([take(1, 2), turn.loss, turn.reason]).toEqual([Number.NaN, Number.NaN, 'the model was stopped before']);
    expect(weights()).toEqual(before);
    expect(events).toEqual(['stopped']);
  });

  it('leaves it stopped wherever the state goes, and tries again under another mark, for good', () => {
    const first = loopOf(0.1, 7);
    for (let i = 0; i < 20; i++) first.take(i % 3, 2 * (i % 3));
    const prediction = first.take(2, 4);
    first.take(1e150, -1e308);
    const same = loopOf(0.1, 7, first.state.slice());
    expect(same.take(2, 4)).toBeNaN();
    const other = loopOf(0.01, 8, first.state.slice());
    expect(other.take(2, 4)).toBeCloseTo(prediction, 1);
    // Back to what had failed: it has gone on since, and is not stopped for what was.
    expect(loopOf(0.1, 7, other.state.slice()).take(2, 4)).not.toBeNaN();
  });

  it('without a mark leaves the state to whoever begins anew', () => {
    const first = loopOf(0.1, undefined);
    first.take(1, 2);
    first.take(1e150, -1e308);
    expect(first.turn.reason).toMatch(/^the model failed at record \d: it diverged/);
    expect(loopOf(0.1, undefined, first.state.slice()).take(1, 2)).not.toBeNaN();
  });
});

describe('createModel', () => {
  it.each([
    ['linear', { aggressiveness: 1 }, 'aggressiveness'],
    ['logistic', { epsilon: 0.1 }, 'epsilon'],
    ['passive-aggressive', { rate: 0.1 }, 'rate'],
    ['passive-aggressive', { optimizer: 'adam' }, 'optimizer'],
    ['tree', {}, 'model'],
  ] as const)('refuses what a %s model does not have: %o', (name, options, option) => {
    expect(() => createModel(name as ModelName, 2, options)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', option }),
    );
  });
});
