import { InvalidOptionError } from '../errors.js';

/** @throws InvalidOptionError unless `received` is one of `allowed` */
export function checkOneOf(option: string, received: unknown, allowed: readonly unknown[]): void {
  if (!allowed.includes(received))
    throw new InvalidOptionError(
      option,
      received,
      `one of ${allowed.map((value) => JSON.stringify(value)).join(', ')}`,
    );
}
