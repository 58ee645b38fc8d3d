import { InvalidOptionError } from '../errors.js';

/** @throws InvalidOptionError unless `value` is a number from `low` to `high`, neither included */
export function between(option: string, value: number, low: number, high: number): number {
  if (!(value > low && value < high))
    throw new InvalidOptionError(option, value, `a number between ${low} and ${high}`);
  return value;
}
