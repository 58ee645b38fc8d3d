import type { OperatorFunction } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';
import {
  type Aligned,
  alignDomain,
  ewma,
  type Learnt,
  learnOnline,
  microBatch,
  type Normalized,
  normalize,
  runningMoments,
  type Scored,
  unitNorm,
  zScore,
} from '../../operators/index.js';

import { LinearLearner } from '../../src/learn/linear-learner.js';

interface Reading {
  id: string;
  celsius: number;
}

// The compiler is the test: `tsc` fails on this file when a signature changes.
describe('types of the operators', () => {
  it('are inferred from the options', () => {
    expectTypeOf(zScore()).toEqualTypeOf<OperatorFunction<number, number | null>>();
    expectTypeOf(zScore({ key: (r: Reading) => r.id, value: (r: Reading) => r.celsius })).toEqualTypeOf<
      OperatorFunction<Reading, Scored<Reading>>
    >();
    expectTypeOf(ewma({ halfLife: 3 })).toEqualTypeOf<OperatorFunction<number, number>>();
    expectTypeOf(normalize<Reading>()).toEqualTypeOf<OperatorFunction<Reading, Reading & Normalized>>();
    expectTypeOf(unitNorm()).toEqualTypeOf<OperatorFunction<ArrayLike<number>, Float64Array>>();
    const model = new LinearLearner({ inputs: 1 });
    expectTypeOf(learnOnline(model, { features: (r: Reading) => [r.celsius], target: (r) => r.celsius })).toEqualTypeOf<
      OperatorFunction<Reading, Learnt<Reading>>
    >();
    expectTypeOf(
      alignDomain({ domain: (r: Reading) => r.id, to: 'a', values: (r) => [r.celsius], features: 1 }),
    ).toEqualTypeOf<OperatorFunction<Reading, Aligned<Reading>>>();
    expectTypeOf(runningMoments()).returns.toHaveProperty('subscribe');
    expectTypeOf(microBatch({ fields: { c: (r: Reading) => r.celsius } }))
      .parameter(0)
      .toExtend<unknown>();
  });
  it('refuse what has no meaning', () => {
    // @ts-expect-error ddof is 0 or 1
    expectTypeOf(() => zScore({ ddof: 2 })).toBeFunction();
    // @ts-expect-error ewma needs a half-life or alpha
    expectTypeOf(() => ewma()).toBeFunction();
    // @ts-expect-error a record has to say what came true
    expectTypeOf(() => learnOnline(new LinearLearner({ inputs: 1 }), { features: ['celsius'] })).toBeFunction();
    // @ts-expect-error records are mapped onto some domain
    expectTypeOf(() => alignDomain({ domain: (r: Reading) => r.id, values: ['celsius'] })).toBeFunction();
    const by = { domain: (r: Reading) => r.id, to: 'a', values: ['celsius'] };
    // @ts-expect-error there are maps by moments, quantiles and covariance
    expectTypeOf(() => alignDomain({ ...by, by: 'ranks' })).toBeFunction();
    // @ts-expect-error the range of min-max is no option of zScore
    expectTypeOf(() => zScore({ range: [0, 1] })).toBeFunction();
  });
});
