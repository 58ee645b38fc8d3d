import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CellKind } from '../../src/codec/cell-kind.js';
import { NdjsonDecoder, type NdjsonDecoderOptions } from '../../src/codec/ndjson-decoder.js';
import { numericNames } from '../../src/codec/numeric-names.js';
import { parseTime } from '../../src/codec/parse-time.js';
import { valueAtName } from '../../src/codec/value-at-name.js';
import { batchOf } from '../support/batch-of.js';

const encoder = new TextEncoder();

/** What the decoder must find under a name, by way of JSON.parse. */
function expected(line: string, name: string): [kind: number, value: number, text: string | undefined] {
  const value = valueAtName(JSON.parse(line), name);
  if (value === undefined) return [CellKind.absent, Number.NaN, undefined];
  if (value === null) return [CellKind.missing, Number.NaN, undefined];
  if (typeof value === 'number') return [CellKind.number, value, String(value)];
  if (typeof value === 'string') return [CellKind.text, Number.NaN, value];
  return [CellKind.other, Number.NaN, JSON.stringify(value)];
}

function found(decoder: NdjsonDecoder, name: string, i: number) {
  const place = decoder.columns.findIndex((column) => column.name === name);
  const column = decoder.columns[place]!;
  return [column.kinds[i], column.values[i], decoder.text(place, i)];
}

function isObject(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function expectSame(lines: string[], options: NdjsonDecoderOptions, repeat = 1) {
  const decoder = new NdjsonDecoder(options);
  for (let time = 0; time < repeat; time++) {
    decoder.decode(batchOf(lines.map((line) => encoder.encode(line))));
    lines.forEach((line, i) => {
      const isGood = isObject(line);
      expect(decoder.faults[i] === undefined, line).toBe(isGood);
      const names = isGood && options.others ? numericNames(JSON.parse(line), new Set(options.reserved)) : [];
      for (const name of new Set([...options.names, ...names]))
        if (isGood) expect(found(decoder, name, i), `${line} at ${name}`).toEqual(expected(line, name));
        else expect(found(decoder, name, i)[0]).toBe(CellKind.absent);
    });
  }
  return decoder;
}

const key = fc.constantFrom(
  'a',
  'b',
  'c',
  'a.b',
  'b.c',
  'a.b.c',
  '',
  '.',
  'a.',
  '0',
  '1',
  'length',
  '__proto__',
  'constructor',
  'é',
  'x"y',
);
const leaf = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.string(),
  fc.bigInt({ min: 0n, max: 10n ** 30n }),
);
/** JSON text of objects that share few names, so that the ways through them cross, with duplicates, spaces and escapes. */
const { object } = fc.letrec<{ value: string; object: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf.map((x) => (typeof x === 'bigint' ? String(x) : JSON.stringify(x))),
    fc.constantFrom(
      '-0',
      '1e5',
      '1E+2',
      '1e999',
      '0.1e-7',
      '"\\u0041\\n"',
      '123456789012345678901',
      '0.30000000000000004',
      ' 7 ',
    ),
    tie('object'),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(' , ')}]`),
  ),
  object: fc
    .array(
      fc.tuple(
        fc.oneof(
          key.map((k) => JSON.stringify(k)),
          fc.constantFrom('"\\u0061"', '"\\u0062"'),
        ),
        tie('value'),
      ),
      { maxLength: 5 },
    )
    .map((pairs) => `{${pairs.map(([k, v]) => `${k} :${v}`).join(',')}}`),
}));
const names = ['a', 'b', 'a.b', 'a.b.c', 'b.c', 'a.0', 'a.length', '__proto__', '', '.', 'a.', 'x"y', 'é.a'];

describe('NdjsonDecoder', () => {
  it('finds what JSON.parse and a walk to the name find', () => {
    fc.assert(
      fc.property(fc.array(object, { maxLength: 4 }), (lines) => void expectSame(lines, { names })),
      { numRuns: 3_000 },
    );
  });

  it('finds every number under its dotted name, in fields that appear later too', () => {
    fc.assert(
      fc.property(
        fc.array(object, { maxLength: 4 }),
        (lines) => void expectSame(lines, { names: ['a.b'], others: true, reserved: ['c'] }, 2),
      ),
      { numRuns: 3_000 },
    );
  });

  it('accepts what JSON.parse accepts and nothing else, however a document is mutated', () => {
    const byte = fc.constantFrom(...'{}[]",:\\0123456789.eE+-truefalsn \t\u0001é');
    const edit = fc.tuple(fc.nat(120), fc.nat(2), byte);
    fc.assert(
      fc.property(object, fc.array(edit, { minLength: 1, maxLength: 3 }), (line, edits) => {
        const mutated = [...line];
        for (const [at, remove, text] of edits) mutated.splice(at % (mutated.length + 1), remove, text);
        expectSame([mutated.join('')], { names: ['a', 'a.b'] });
      }),
      { numRuns: 20_000 },
    );
  });

  it('reads any JSON document as JSON.parse does', () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 6 }),
        (json) => void expectSame([json, `{"v":${json}}`], { names: ['v', ''], others: true }),
      ),
      { numRuns: 3_000 },
    );
  });

  it('reads records that are nested very deep', () => {
    const deep = (n: number) =>
      `{"a":1,"v":${'['.repeat(n)}${']'.repeat(n)},"w":${'{"a":'.repeat(n)}2${'}'.repeat(n)}}`;
    expectSame([deep(10), deep(15), deep(16), deep(17), deep(63), deep(64), deep(500)], {
      names: ['a'],
      others: true,
    });
    const decoder = new NdjsonDecoder({ names: ['a'], others: true });
    const open = '['.repeat(100_000);
    decoder.decode(batchOf([deep(1_001), deep(100_000), open, `{"a":"${open}"}`].map((line) => encoder.encode(line))));
    const reason = 'nested deeper than 1000 levels';
    expect([0, 1, 2, 3].map((i) => decoder.faults[i])).toEqual([reason, reason, reason, undefined]);
  });

  it('says why and where a line is bad', () => {
    const decoder = new NdjsonDecoder({ names: ['a'] });
    decoder.decode(
      batchOf(['{"a":1}', '{"a":1,}', '{"a":', '[1]', 'null', '{"a":01}', 'hello'].map((line) => encoder.encode(line))),
    );
    expect(decoder.faultCount).toBe(6);
    expect(decoder.faults).toEqual([
      undefined,
      'not JSON: unexpected character at column 8',
      'not JSON: it ends too early',
      'not a JSON object',
      'not a JSON object',
      'not JSON: unexpected character at column 7',
      'not JSON: unexpected character at column 1',
    ]);
  });

  it('makes no more columns than it may, and counts the rest', () => {
    const decoder = new NdjsonDecoder({ names: [], others: true, maxColumns: 10 });
    const line = JSON.stringify(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`f${i}`, i])));
    decoder.decode(batchOf([encoder.encode(line), encoder.encode(`{"\\u0078":1,${line.slice(1)}`)]));
    expect(decoder.columns).toHaveLength(10);
    expect(decoder.ignored).toBe(90 + 91);
    expect([...decoder.columns[9]!.values.subarray(0, 2)]).toEqual([9, 9]);
  });

  it('leaves alone what the output writes itself, and says which records have it', () => {
    const decoder = new NdjsonDecoder({ names: [], others: true, reserved: ['normalized', 'epoch'] });
    const lines = ['{"a":1,"normalized":{"a":2},"epoch":3}', '{"a":1}', '{"a":1,"a":2,"epoch":3}'];
    decoder.decode(batchOf(lines.map((line) => encoder.encode(line))));
    expect(decoder.columns.map((column) => column.name)).toEqual(['a']);
    expect([0, 1, 2].map((i) => decoder.hasReserved(i))).toEqual([true, false, true]);
  });

  it('reads times as numbers and as text, escaped or not', () => {
    const iso = '2024-05-06T07:08:09.5Z';
    const lines = [
      '{"t":5}',
      `{"t":"${iso}"}`,
      `{"t":"${iso.replace('2', '\\u0032')}"}`,
      '{"t":null}',
      '{}',
      `{"t":0,"t":"${iso}"}`,
    ];
    const decoder = new NdjsonDecoder({ names: ['t'] });
    decoder.decode(batchOf(lines.map((line) => encoder.encode(line))));
    const at = parseTime(iso);
    expect(lines.map((_, i) => decoder.time(0, i))).toEqual([5, at, at, Number.NaN, Number.NaN, at]);
  });
});
