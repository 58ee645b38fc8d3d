import type { BatchMask } from '../../src/batch/expand-mask.js';
import { isMicroBatch, type MicroBatch } from '../../src/batch/micro-batch.js';
import { InvalidOptionError } from '../../src/errors.js';

/** A dense tensor: its values with the last axis fastest. */
export interface BatchTensor {
  readonly values: Float64Array | Float32Array;
  readonly shape: readonly number[];
  /** What may be learnt: an entry for each position, or for each value. The rest is normalized all the same. */
  readonly mask?: BatchMask;
}

/** What of a `tf.Tensor` is used. Its values are read, it is not disposed of. */
export interface TensorLike {
  readonly shape: readonly number[];
  data(): Promise<ArrayLike<number>>;
}

type Nested = readonly number[] | readonly Nested[];

/** What can be normalized at once: records in columns, a tensor, or nested arrays. */
export type BatchInput = MicroBatch<unknown> | BatchTensor | TensorLike | Float64Array | Float32Array | Nested;

/** A batch as it is computed with. */
export interface BatchValues {
  readonly values: Float64Array | Float32Array;
  readonly shape: readonly number[];
  readonly mask: BatchMask | undefined;
  /** Where the channels of these values are, whatever the option says; undefined: as the option says. */
  readonly channels: 'first' | 'last' | undefined;
}

/**
 * @param asRows of a micro-batch, records one behind the other, as a learner wants them; else its columns as they are
 * @throws InvalidOptionError where values and shape do not fit each other
 */
export function toBatchValues(input: BatchInput, asRows = false): BatchValues | Promise<BatchValues> {
  if (isMicroBatch(input)) return asRows ? rowsOf(input) : columnsOf(input);
  if (input instanceof Float64Array || input instanceof Float32Array) return dense(input, [input.length], undefined);
  if (Array.isArray(input)) return fromNested(input);
  if (typeof input === 'object' && input !== null && 'shape' in input && Array.isArray(input.shape)) {
    if ('values' in input) return dense(input.values, input.shape, input.mask);
    const { shape } = input;
    if ('data' in input && typeof input.data === 'function')
      return input.data().then((values) => dense(Float32Array.from(values), shape, undefined));
  }
  throw new InvalidOptionError('batch', input, 'a micro-batch, an array, { values, shape } or a tensor');
}

function columnsOf({ values, columns, length }: MicroBatch<unknown>): BatchValues {
  return { values, shape: [1, Object.keys(columns).length, length], mask: undefined, channels: 'first' };
}

function rowsOf({ values, columns, length }: MicroBatch<unknown>): BatchValues {
  const width = Object.keys(columns).length;
  const rows = new Float64Array(values.length);
  for (let c = 0; c < width; c++) for (let i = 0; i < length; i++) rows[i * width + c] = values[c * length + i]!;
  return { values: rows, shape: [length, width], mask: undefined, channels: 'last' };
}

function dense(values: BatchTensor['values'], shape: readonly number[], mask: BatchMask | undefined): BatchValues {
  if (!(values instanceof Float64Array || values instanceof Float32Array))
    throw new InvalidOptionError('batch.values', values, 'a Float64Array or a Float32Array');
  const length = shape.reduce((product, size) => product * size, 1);
  if (length !== values.length) throw new InvalidOptionError('shape', shape, `a shape of ${values.length} values`);
  return { values, shape, mask, channels: undefined };
}

function fromNested(nested: readonly unknown[]): BatchValues {
  const shape: number[] = [];
  for (let level: unknown = nested; Array.isArray(level); level = level[0]) shape.push(level.length);
  const values = new Float64Array(shape.reduce((product, size) => product * size, 1));
  let at = 0;
  const fill = (level: unknown, depth: number): void => {
    if (depth === shape.length) {
      if (Array.isArray(level))
        throw new InvalidOptionError('batch', nested, `an array of shape [${shape.join(', ')}]`);
      values[at++] = typeof level === 'number' ? level : Number.NaN;
      return;
    }
    if (!Array.isArray(level) || level.length !== shape[depth])
      throw new InvalidOptionError('batch', nested, `an array of shape [${shape.join(', ')}]`);
    for (const part of level) fill(part, depth + 1);
  };
  fill(nested, 0);
  return { values, shape, mask: undefined, channels: undefined };
}
