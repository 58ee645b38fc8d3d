import type { ByteWriter } from '../../codec/byte-writer.js';
import { encodeBase64 } from '../../codec/encode-base64.js';
import { NamedWeights } from './text/named-weights.js';
import type { SparseVector, VectorValue } from './vector-value.js';

/**
 * Appends a value as JSON: an array of numbers, nested where `nesting` gives the lengths of the axes; base64 of the array's bytes; a sparse
 * vector as `{"indices":[…],"values":[…]}`; terms as an object. What is not finite is null.
 */
export function writeVector(
  value: VectorValue,
  nesting: readonly number[] | undefined,
  encoding: 'numbers' | 'base64',
  out: ByteWriter,
): void {
  if (value === null) out.ascii('null');
  else if (typeof value === 'number') writeNumber(value, out);
  else if (typeof value === 'string') out.utf8(JSON.stringify(value));
  else if (typeof value === 'boolean') out.ascii(String(value));
  else if (value instanceof NamedWeights) {
    let mark = 123;
    for (const [term, weight] of value) {
      out.byte(mark);
      out.utf8(JSON.stringify(term));
      out.byte(58);
      writeNumber(weight, out);
      mark = 44;
    }
    if (mark === 123) out.byte(123);
    out.byte(125);
  } else if (ArrayBuffer.isView(value)) {
    if (encoding === 'base64') {
      out.byte(34);
      encodeBase64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength), out);
      out.byte(34);
    } else if (nesting === undefined || nesting.length < 2) writeNumbers(value, 0, value.length, out);
    else writeNested(value, nesting, 0, 0, out);
  } else if ('ids' in value) {
    out.ascii('{"ids":');
    writeNumbers(value.ids, 0, value.ids.length, out);
    out.ascii(',"mask":');
    writeNumbers(value.mask, 0, value.mask.length, out);
    out.byte(125);
  } else writeSparse(value, out);
}

type Numbers = Float64Array | Float32Array | Int32Array | Uint8Array;

function writeSparse({ indices, values }: SparseVector, out: ByteWriter): void {
  out.ascii('{"indices":');
  writeNumbers(indices, 0, indices.length, out);
  out.ascii(',"values":');
  writeNumbers(values, 0, values.length, out);
  out.byte(125);
}

function writeNested(value: Numbers, shape: readonly number[], depth: number, from: number, out: ByteWriter): number {
  const size = shape[depth]!;
  if (depth === shape.length - 1) {
    writeNumbers(value, from, from + size, out);
    return from + size;
  }
  out.byte(91);
  let at = from;
  for (let i = 0; i < size; i++) {
    if (i > 0) out.byte(44);
    at = writeNested(value, shape, depth + 1, at, out);
  }
  out.byte(93);
  return at;
}

function writeNumbers(value: Numbers, from: number, to: number, out: ByteWriter): void {
  out.byte(91);
  for (let i = from; i < to; i++) {
    if (i > from) out.byte(44);
    writeNumber(value[i]!, out);
  }
  out.byte(93);
}

function writeNumber(x: number, out: ByteWriter): void {
  if (Number.isFinite(x)) out.number(x);
  else out.ascii('null');
}
