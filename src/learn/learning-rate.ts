import { InvalidOptionError } from '../errors.js';

/**
 * How far a step goes: always alike; `rate / (t + 1)^power` (power .5 unless given); or as Bottou's "Stochastic Gradient Descent Tricks"
 * (2012) has it for a loss with an L2 penalty of `optimal`: `1 / (optimal · (t0 + t))`. t counts the steps before.
 */
export type LearningRate = number | { rate: number; power?: number } | { optimal: number };

/** The rate at step t, counted from 0. @throws InvalidOptionError naming `option` */
export function learningRate(option: string, rate: LearningRate): (t: number) => number {
  if (typeof rate === 'number') {
    positive(option, rate, true);
    return () => rate;
  }
  if (typeof rate === 'object' && rate !== null && 'optimal' in rate) {
    const { optimal } = rate;
    positive(`${option}.optimal`, optimal);
    // The first step for weights of their typical size, the loss's slope there being at most 1.
    const t0 = 1 / (Math.sqrt(1 / Math.sqrt(optimal)) * optimal);
    return (t) => 1 / (optimal * (t0 + t));
  }
  if (typeof rate !== 'object' || rate === null)
    throw new InvalidOptionError(option, rate, 'a number, { rate, power } or { optimal }');
  const { rate: first, power = 0.5 } = rate;
  positive(`${option}.rate`, first);
  if (!(power >= 0 && power <= 1)) throw new InvalidOptionError(`${option}.power`, power, 'a number from 0 to 1');
  // A root is the same on every machine.
  return power === 0.5 ? (t) => first / Math.sqrt(t + 1) : (t) => first / (t + 1) ** power;
}

function positive(option: string, rate: number, orZero = false): void {
  if (!(rate > 0 && Number.isFinite(rate)) && !(orZero && rate === 0))
    throw new InvalidOptionError(option, rate, `a finite number ${orZero ? '>=' : '>'} 0`);
}
