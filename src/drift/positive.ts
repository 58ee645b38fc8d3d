import { InvalidOptionError } from '../errors.js';

/** @throws InvalidOptionError unless `value` is a finite number above 0 */
export function positive(option: string, value: number): number {
  if (!(value > 0 && value < Number.POSITIVE_INFINITY))
    throw new InvalidOptionError(option, value, 'a finite number > 0');
  return value;
}
