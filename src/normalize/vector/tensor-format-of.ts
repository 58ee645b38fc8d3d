import { InvalidOptionError } from '../../errors.js';
import { checkOneOf } from '../check-one-of.js';
import type { TensorFormat } from './tensor-reader.js';
import { TENSOR_TYPES } from './tensor-types.js';
import type { VectorOptions } from './vector-options.js';

const MOST_AXES = 8;
const MOST_VALUES = 2 ** 27;

/**
 * The format that a field's options declare.
 * @throws InvalidOptionError
 */
export function tensorFormatOf({ shape, dtype = 'float64', channels = 'last' }: VectorOptions): TensorFormat {
  const expected = 'a list of 1 to 8 lengths >= 1, one of which may be null for any length';
  if (!Array.isArray(shape) || shape.length < 1 || shape.length > MOST_AXES)
    throw new InvalidOptionError('shape', shape, expected);
  const isLength = (size: unknown) => size === null || (Number.isSafeInteger(size) && (size as number) >= 1);
  if (!shape.every(isLength) || shape.filter((size) => size === null).length > 1)
    throw new InvalidOptionError('shape', shape, expected);
  if (shape.reduce((product, size) => product * (size ?? 1), 1) > MOST_VALUES)
    throw new InvalidOptionError('shape', shape, `one of at most ${MOST_VALUES} values`);
  checkOneOf('dtype', dtype, Object.keys(TENSOR_TYPES));
  checkOneOf('channels', channels, ['last', 'first']);
  return { shape, type: dtype, channels };
}

/**
 * How many channels a format has.
 * @throws InvalidOptionError where their axis is of any length
 */
export function channelsIn({ shape, channels }: TensorFormat): number {
  const count = shape.at(channels === 'last' ? -1 : 0);
  if (count === null || count === undefined)
    throw new InvalidOptionError(
      'shape',
      shape,
      `a shape whose ${channels === 'last' ? 'last' : 'first'} axis, that of the channels, has a length; of one channel: [null, 1]`,
    );
  return count;
}
