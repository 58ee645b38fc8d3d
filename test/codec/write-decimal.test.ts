import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecimalScales } from '../../src/codec/decimal-scales.js';
import { LONGEST_DECIMAL, writeDecimal } from '../../src/codec/write-decimal.js';

const bytes = new Uint8Array(LONGEST_DECIMAL + 2);
const decoder = new TextDecoder();
const bits = new Float64Array(1);
const words = new Uint32Array(bits.buffer);

function written(x: number): string {
  bytes.fill(35);
  const end = writeDecimal(x, bytes, 1);
  expect(bytes[0]).toBe(35);
  return decoder.decode(bytes.subarray(1, end));
}
const reference = (x: number) => (Object.is(x, -0) ? '-0' : String(x));
/** Compares without an assertion a value, which would take most of the time. */
function differing(xs: Iterable<number>): [number, string][] {
  const found: [number, string][] = [];
  for (const x of xs) {
    if (!Number.isFinite(x)) continue;
    const text = written(x);
    if (text !== reference(x) && found.push([x, text]) === 10) break;
  }
  return found;
}

describe('writeDecimal', () => {
  it('writes any double as String does', () => {
    const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word), { minLength: 200, maxLength: 400 }), (patterns) => {
        const xs = patterns.map(([a, b]) => {
          words[0] = a;
          words[1] = b;
          return bits[0]!;
        });
        expect(differing(xs)).toEqual([]);
      }),
      { numRuns: 80 },
    );
  });

  it('writes numbers of everyday size as String does', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 100, maxLength: 200 }),
        fc.integer({ min: -12, max: 24 }),
        fc.integer({ min: 0, max: 9 }),
        (xs, power, places) => {
          expect(differing(xs.map((x) => x * 10 ** power))).toEqual([]);
          expect(differing(xs.map((x) => Number((x * 100).toFixed(places))))).toEqual([]);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('writes the neighbours of every power of two and of ten as String does', () => {
    const neighbours = function* () {
      for (let e = -1074; e < 1024; e++) yield* around(2 ** e);
      for (let e = -323; e < 309; e++) for (const k of [1, 2, 5, 9]) yield* around(Number(`${k}e${e}`));
    };
    expect(differing(neighbours())).toEqual([]);
  });

  it.each([
    [0, '0'],
    [-0, '-0'],
    [5e-324, '5e-324'],
    [2.2250738585072014e-308, '2.2250738585072014e-308'], // the smallest normal one
    [Number.MAX_VALUE, '1.7976931348623157e+308'],
    [-1e21, '-1e+21'],
    [123456789012345680000, '123456789012345680000'],
    [1e-6, '0.000001'],
    [-1.5e-7, '-1.5e-7'],
    [2 ** 53, '9007199254740992'],
    [9007199254740994, '9007199254740994'],
    [5e22, '5e+22'],
    [1e23, '1e+23'], // lies on the edge of its interval, the classic hard case
    [9.5367431640625e-7, '9.5367431640625e-7'],
    [2147483647, '2147483647'],
    [-2147483648, '-2147483648'],
    [4.35, '4.35'],
    [0.3, '0.3'],
    [0.1 + 0.2, '0.30000000000000004'],
    [2 ** -44, '5.684341886080802e-14'],
  ])('writes %d as %s', (x, text) => {
    expect(written(x)).toBe(text);
  });
});

describe('DecimalScales', () => {
  it('has every last place of a double to 2⁻¹⁰⁰ of itself, as a number of [1, 10) times a power of ten', () => {
    const scales = new DecimalScales();
    for (let e = -1074; e <= 971; e++) {
      const at = scales.at(e);
      const [scale, upper, lower, missing] = scales.parts.subarray(at, at + 4) as unknown as [
        number,
        number,
        number,
        number,
      ];
      const k = scales.powerAt(at);
      expect(scale).toBeGreaterThanOrEqual(1);
      expect(scale).toBeLessThan(10);
      expect(upper + lower).toBe(scale);
      // |scale + missing − 2^e / 10^k| · 2^200, in integers
      const sum = BigInt(scale * 2 ** 60) * 2n ** 140n + BigInt(missing * 2 ** 150) * 2n ** 50n;
      const top = 2n ** BigInt(200 + Math.max(e, 0)) * 10n ** BigInt(Math.max(-k, 0));
      const exact = top / (10n ** BigInt(Math.max(k, 0)) * 2n ** BigInt(Math.max(-e, 0)));
      const error = sum > exact ? sum - exact : exact - sum;
      expect(error < 2n ** 100n * BigInt(Math.ceil(scale)), `2^${e}`).toBe(true);
    }
  });
});

function* around(x: number): Generator<number> {
  for (let step = -4; step <= 4; step++) {
    bits[0] = x;
    const low = words[0]! + step;
    words[1]! += low < 0 ? -1 : low > 0xffffffff ? 1 : 0;
    words[0] = low;
    yield bits[0]!;
    yield -bits[0]!;
  }
}
