import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correctLinear } from '../../src/learn/correct-linear.js';
import { LinearLearner } from '../../src/learn/linear-learner.js';
import type { LinearModel } from '../../src/learn/linear-model.js';
import { LogisticLearner } from '../../src/learn/logistic-learner.js';
import { PassiveAggressiveLearner } from '../../src/learn/passive-aggressive-learner.js';
import { recordLoss } from '../../src/learn/record-loss.js';
import { PortableStream } from '../support/portable-stream.js';

/** 2a − b + .5c + 1, with a tenth of noise. */
function records(): { x: number[]; y: number }[] {
  const stream = new PortableStream(5);
  return Array.from({ length: 400 }, () => {
    const [a, b, c, noise] = stream.gaussians(4) as unknown as [number, number, number, number];
    return { x: [a, b, c], y: 2 * a - b + 0.5 * c + 1 + 0.1 * noise };
  });
}

function run(model: LinearModel): { weights: number[]; bias: number; loss: number } {
  const isBinary = model.task === 'classification';
  const lossOf = recordLoss(isBinary ? 'log' : 'squared');
  let loss = 0;
  const all = records();
  for (const { x, y } of all) {
    const target = isBinary ? Number(y > 1) : y;
    loss += lossOf(model.predict(x), target);
    model.learn(x, target);
  }
  return { weights: [...model.weights], bias: model.bias, loss: loss / all.length };
}

const inputs = 3;
const everyModel: readonly (readonly [string, () => LinearModel])[] = [
  ['linear', () => new LinearLearner({ inputs, l2: 1e-3 })],
  ['linear by AdaGrad', () => new LinearLearner({ inputs, optimizer: 'adagrad' })],
  ['linear by Adam', () => new LinearLearner({ inputs, optimizer: 'adam', rate: { rate: 0.1, power: 0.3 } })],
  ['logistic', () => new LogisticLearner({ inputs, rate: { optimal: 0.01 }, l2: 0.01 })],
  ['passive-aggressive', () => new PassiveAggressiveLearner({ inputs, variant: 'PA-II', l2: 1e-3 })],
  ['passive-aggressive, true or false', () => new PassiveAggressiveLearner({ inputs, task: 'classification' })],
];

describe('the built-in models', () => {
  // river 0.26.1, run on the same records: LinearRegression, LogisticRegression, PARegressor, PAClassifier. Of PARegressor with the loss of the
  // paper: river's own takes targets for 0 and 1.
  it.each<[string, LinearModel, number[], number, number]>([
    ['SGD, l2', new LinearLearner({ inputs, l2: 1e-3 }), [2.006902520447694, -0.991582995214035, 0.5040137853704975], 1.007063384793638, 0.4284246740294928],
    ['inverse scaling', new LinearLearner({ inputs, rate: { rate: 0.1 } }), [2.010070202088268, -0.9893369971436763, 0.5011781416095998], 1.0066941964130252, 0.1725133471673467],
    ['its power, and the bias too', new LinearLearner({ inputs, rate: { rate: 0.1, power: 0.3 }, biasRate: { rate: 0.2 } }), [2.0042235751236404, -0.9948414682395406, 0.5083464161196873], 1.007038735539909, 0.11546280599542934],
    ['AdaGrad', new LinearLearner({ inputs, optimizer: 'adagrad', rate: 0.2, l2: 1e-3 }), [1.9834157308231561, -0.9897490297216001, 0.5079725927546618], 1.009180566805513, 0.3959789951492257],
    ['Adam', new LinearLearner({ inputs, optimizer: 'adam', rate: 0.05, l2: 1e-3 }), [1.996307784332533, -1.004150517831698, 0.5131831829234131], 1.0072133237097753, 0.42063350136196725],
    ['PA-I', new PassiveAggressiveLearner({ inputs, aggressiveness: 0.01 }), [1.9852272468449494, -0.9795555539228112, 0.4994270234941537], 1.0056918146764484, 1.7636192334489342],
    ['PA-II', new PassiveAggressiveLearner({ inputs, variant: 'PA-II', aggressiveness: 0.1, epsilon: 0.05, learnBias: false }), [1.9604198172967375, -1.0883577244901759, 0.6430217679767671], 0, 1.3014847813904884],
    ['PA', new PassiveAggressiveLearner({ inputs, variant: 'PA' }), [2.052669293855581, -0.9553675389827926, 0.5090032489749774], 0.9458434607790149, 2.8077127403211986],
    ['logistic, l2', new LogisticLearner({ inputs, rate: 0.1, l2: 1e-3 }), [3.15217381770344, -1.5139245476640275, 1.0239189641096558], 0.006271412338648205, 0.2675784584944991],
    ['Bottou', new LogisticLearner({ inputs, rate: { optimal: 0.01 } }), [7.284959595382008, -3.507033633011878, 2.300448600409304], 0.0035127683908647016, 0.11753016241867599],
    ['logistic, Adam', new LogisticLearner({ inputs, optimizer: 'adam', rate: 0.05 }), [4.621948927917107, -2.1164445124868467, 1.457331284658364], -0.00046878166392164025, 0.22053383099980814],
    ['PA-I, true or false', new PassiveAggressiveLearner({ inputs, task: 'classification', aggressiveness: 0.01 }), [1.3221849676507325, -0.5874572595508369, 0.42079116048135773], 0.06726514646820696, 0.4361172427507606],
  ])('are those of river: %s', (_, model, weights, bias, loss) => {
    const learnt = run(model);
    weights.forEach((weight, i) => {
      expect(learnt.weights[i]).toBeCloseTo(weight, 8);
    });
    expect(learnt.bias).toBeCloseTo(bias, 8);
    expect(learnt.loss / loss).toBeCloseTo(1, 9);
  }); // biome-ignore format: a row each

  it.each(everyModel)('go on from a copied state to the last bit: %s', (_, make) => {
    const whole = make();
    const first = make();
    const second = make();
    for (const [i, { x, y }] of records().entries()) {
      const target = whole.task === 'classification' ? Number(y > 1) : y;
      whole.learn(x, target);
      if (i < 150) first.learn(x, target);
      else {
        if (i === 150) second.aim(Float64Array.of(7, ...first.state), 1);
        second.learn(x, target);
      }
    }
    expect(second.state.slice(1)).toEqual(whole.state);
  });

  it.each(everyModel)('keep their state where a step would leave the finite numbers: %s', (_, make) => {
    const model = make();
    const { x, y } = records()[0]!;
    model.learn(x, model.task === 'classification' ? 1 : y);
    const before = model.state.slice();
    const huge = [1e150, -1e150, 1e150];
    for (let i = 0; i < 3; i++) {
      try {
        model.learn(huge, model.task === 'classification' ? 0 : -1e300);
      } catch (error) {
        expect(error).toMatchObject({ code: 'MODEL_FAILED' });
        break;
      }
      before.set(model.state); // that step was finite
    }
    expect(model.state).toEqual(before);
    expect(model.state.every(Number.isFinite)).toBe(true);
  });

  const change = fc.record({
    oldCenter: fc.double({ min: -1e3, max: 1e3, noNaN: true }),
    oldScale: fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
    newCenter: fc.double({ min: -1e3, max: 1e3, noNaN: true }),
    newScale: fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
  });
  it('are corrected for a renormalized target as correctLinear has it', () => {
    fc.assert(
      fc.property(change, (event) => {
        const model = new LinearLearner({ inputs });
        run(model);
        const expected = correctLinear(event).target({ weights: model.weights.slice(), bias: model.bias });
        model.correct('target', event);
        expect([...model.weights]).toEqual([...expected.weights]);
        expect(model.bias).toBe(expected.bias);
      }),
    );
  });
  it('say of a renormalized input what they said before', () => {
    fc.assert(
      fc.property(change, fc.nat(2), (event, at) => {
        for (const [, make] of everyModel) {
          const model = make();
          run(model);
          const raw = [1.3, -0.4, 2.2];
          const seen = (center: number, scale: number) => raw.map((x, i) => (i === at ? (x - center) / scale : x));
          const before = model.predict(seen(event.oldCenter, event.oldScale));
          const size = 1 + (Math.abs(model.weights[at]!) * 2e3) / event.oldScale;
          model.correct(at, event);
          const after = model.predict(seen(event.newCenter, event.newScale));
          expect(Math.abs(after - before)).toBeLessThanOrEqual(1e-9 * size);
        }
      }),
    );
  });

  it('draw weights to 0 by L2, and leave the bias', () => {
    for (const [free, drawn] of [
      [new LinearLearner({ inputs }), new LinearLearner({ inputs, l2: 0.5 })],
      [new LogisticLearner({ inputs }), new LogisticLearner({ inputs, l2: 0.5 })],
      [new PassiveAggressiveLearner({ inputs }), new PassiveAggressiveLearner({ inputs, l2: 0.2 })],
    ] as const) {
      const size = ({ weights }: { weights: number[] }) => Math.hypot(...weights);
      expect(size(run(drawn))).toBeLessThan(0.9 * size(run(free)));
    }
  });

  it('refuse faulty options by name', () => {
    expect(() => new LinearLearner({ inputs: 0 })).toThrow('inputs must be an integer from 1 to 1000000, got 0');
    expect(() => new LinearLearner({ inputs, optimizer: 'lbfgs' as never })).toThrow('optimizer must be one of');
    expect(() => new LogisticLearner({ inputs, rate: { rate: 1, power: 2 } })).toThrow('rate.power must be');
    expect(() => new LogisticLearner({ inputs, l2: -1 })).toThrow('l2 must be a finite number >= 0, got -1');
    expect(() => new PassiveAggressiveLearner({ inputs, variant: 'PA-III' as never })).toThrow('variant must be');
    expect(() => new PassiveAggressiveLearner({ inputs, task: 'classification', epsilon: 1 })).toThrow(
      'only regression',
    );
    const target = () =>
      new LogisticLearner({ inputs }).correct('target', { oldCenter: 0, oldScale: 1, newCenter: 0, newScale: 2 });
    expect(target).toThrow('has no yardstick');
  });
});
