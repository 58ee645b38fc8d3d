import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../src/codec/byte-writer.js';
import { parseNumber } from '../../src/codec/parse-number.js';

const encode = (text: string) => new TextEncoder().encode(text);
const parse = (text: string) => {
  const bytes = encode(`9${text}9`); // neighbours must not be read
  return parseNumber(bytes, 1, bytes.length - 1);
};
const DECIMAL = /^[ \t]*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[ \t]*$/;
const reference = (text: string) => (DECIMAL.test(text) ? Number(text) : Number.NaN);

describe('parseNumber', () => {
  it('reads every double back from its text', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
        expect(parse(Object.is(x, -0) ? '-0' : String(x))).toBe(x);
      }),
      { numRuns: 20_000 },
    );
  });

  it('rounds digits of any length and any exponent as Number does', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 24 });
    fc.assert(
      fc.property(digits, fc.option(digits), fc.option(fc.integer({ min: -340, max: 340 }), { freq: 2 }), (a, b, e) => {
        const text = `${a}${b === null ? '' : `.${b}`}${e === null ? '' : `e${e}`}`;
        expect(parse(text)).toBe(Number(text));
        expect(parse(`-${text}`)).toBe(Number(`-${text}`));
      }),
      { numRuns: 30_000 },
    );
  });

  it('rounds 16 to 19 digits right at and beside the middle of two doubles', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2 ** 20, max: 2 ** 31 }),
        fc.integer({ min: 1, max: 11 }),
        fc.integer({ min: -3, max: 3 }),
        (m, k, off) => {
          const half = (BigInt(m) * 2n ** 22n + 1n) * 5n ** BigInt(k); // exactly between two doubles when scaled by 10^-k
          const text = (half + BigInt(off)).toString().slice(0, 19);
          for (const t of [`0.${text}`, `${text.slice(0, 3)}.${text.slice(3)}`, text]) expect(parse(t)).toBe(Number(t));
        },
      ),
      { numRuns: 20_000, examples: [[2 ** 31, 1, 0]] },
    );
    for (const t of [
      '9007199254740993',
      '9007199254740992.5',
      '900719925474099.25',
      '4503599627370496.5',
      '4503599627370497.5',
    ])
      expect(parse(t)).toBe(Number(t));
  });

  it('takes for a number what is a decimal and nothing else', () => {
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'0123456789.eE+- ,xINfaty\t_'), maxLength: 12 }),
      fc.constantFrom(
        '0x10',
        '1,5',
        '1e5',
        '+1',
        '.5',
        '5.',
        '.',
        '',
        ' ',
        '-',
        '+',
        'e5',
        '1e',
        '1e+',
        '1e999',
        '-1e999',
        '1e-999',
      ),
      fc.constantFrom(
        'Infinity',
        '-inf',
        'nan',
        '--1',
        '1.2.3',
        '-0',
        '0e99999999999',
        '1_000',
        ' 7 ',
        '\t7',
        '0b1',
        '1n',
      ),
    );
    fc.assert(
      fc.property(text, (t) => {
        expect(parse(t)).toBe(reference(t));
      }),
      { numRuns: 30_000 },
    );
  });

  it('writes doubles so that they read back the same, the sign of zero included', () => {
    const writer = new ByteWriter(1);
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 20 }), (xs) => {
        writer.clear();
        const ends = xs.map((x) => {
          writer.number(x);
          return writer.length;
        });
        const back = xs.map((_, i) => parseNumber(writer.bytes, i === 0 ? 0 : ends[i - 1]!, ends[i]!));
        expect(back).toEqual(xs);
      }),
      { examples: [[[-0, 0, 9, 10, -1, 1e21, 5e-324, 1.7976931348623157e308]]] },
    );
  });
});
