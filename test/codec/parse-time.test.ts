import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTime } from '../../src/codec/parse-time.js';

const two = (n: number) => String(n).padStart(2, '0');

describe('parseTime', () => {
  it('reads every date as Date does', () => {
    const date = fc.date({
      min: new Date('0000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(date, fc.integer({ min: -23 * 60, max: 23 * 60 }), (d, offset) => {
        const iso = d.toISOString();
        const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
        expect(parseTime(iso)).toBe(d.getTime());
        expect(parseTime(iso.slice(0, -1))).toBe(d.getTime()); // without a zone: UTC
        expect(parseTime(iso.replace('T', ' '))).toBe(d.getTime());
        expect(parseTime(iso.slice(0, 10))).toBe(Date.parse(iso.slice(0, 10)));
        expect(parseTime(`${iso.slice(0, 16)}Z`)).toBe(Date.parse(`${iso.slice(0, 16)}Z`));
        expect(parseTime(iso.slice(0, -1) + zone)).toBe(Date.parse(iso.slice(0, -1) + zone));
        expect(parseTime(iso.slice(0, -1) + zone.replace(':', ''))).toBe(Date.parse(iso.slice(0, -1) + zone));
        expect(parseTime(iso.slice(0, -1) + zone.slice(0, 3))).toBe(d.getTime() - Number(zone.slice(0, 3)) * 36e5 || 0);
      }),
      { numRuns: 5_000 },
    );
  });

  it('accepts of mutated times only those that Date accepts, and as the same instant', () => {
    const letters = fc.constantFrom(...'0123456789-:TZ+. ');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 24 }), letters, fc.integer({ min: 0, max: 24 }), letters, (i, a, j, b) => {
        const letter = [...'2024-02-29T23:59:58.123+01:30'];
        letter[i] = a;
        letter[j] = b;
        const text = letter.join('');
        if (text[4] !== '-' || text[10] === ' ') return;
        const time = parseTime(text);
        if (!Number.isNaN(time)) expect(time).toBe(Date.parse(text));
      }),
      { numRuns: 20_000 },
    );
  });

  it('keeps a fraction down to nanoseconds', () => {
    expect(parseTime('1970-01-01T00:00:00.123456789Z')).toBe(123.456789);
    expect(parseTime('1970-01-01T00:00:01.5Z')).toBe(1500);
  });

  it('takes numbers as epoch milliseconds', () => {
    expect([parseTime(1.5), parseTime('1700000000000'), parseTime(' -12.5 ')]).toEqual([1.5, 1.7e12, -12.5]);
  });

  it.each([
    '',
    'x',
    '2023-02-29',
    '2024-13-01',
    '2024-00-10',
    '2024-01-00',
    '2024-01-01T24:00:00Z',
    '2024-01-01T10:60:00Z',
    '2024-01-01T10:00:60Z',
    '2024-01-01T10:00:00.',
    '2024-01-01T10:00:00.1234567890Z',
    '2024-01-01T',
    '2024-01-01T1',
    '2024-01-01T10:00:',
    '2024-01-01T10:00:0',
    '2024-01-01T10:00Zx',
    '2024-01-01T10:00+1',
    '2024-01-01T10:00+24:00',
    '2024-01-01Z',
    '2024-1-01 10:00',
    '١٠٢٤-01-01',
    '2024-01-01X10:00',
  ])('%j is no time', (text) => {
    expect(parseTime(text)).toBeNaN();
  });

  it.each([null, undefined, true, {}, [], new Date(0), 'x'.repeat(1e6)])(
    'what is neither number nor text is no time: %#',
    (value) => {
      expect(parseTime(value)).toBeNaN();
    },
  );
});
