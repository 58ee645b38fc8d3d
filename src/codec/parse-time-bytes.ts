import { parseNumber } from './parse-number.js';

const DAY = 86_400_000;
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Epoch milliseconds of the time that `bytes[start, end)` spell, spaces around it aside; NaN where they spell none.
 *
 * Either a number, which is epoch milliseconds already, or ISO 8601: `YYYY-MM-DD`, then optionally `T` or a space and `HH:MM`, `:SS`, a
 * fraction of up to nine digits (kept below the millisecond), and `Z` or an offset `±HH`, `±HHMM`, `±HH:MM`. Without offset it is UTC.
 * Days that a month does not have, hour 24 and second 60 are no times. O(bytes), without allocation.
 */
export function parseTimeBytes(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  let stop = end;
  while (i < stop && bytes[i] === 32) i++;
  while (stop > i && bytes[stop - 1] === 32) stop--;
  if (stop - i < 10 || bytes[i + 4] !== 45) return parseNumber(bytes, i, stop);
  const year = twoDigits(bytes, i) * 100 + twoDigits(bytes, i + 2);
  const month = twoDigits(bytes, i + 5);
  const day = twoDigits(bytes, i + 8);
  if (bytes[i + 7] !== 45 || !(month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return Number.NaN;
  let ms = daysSinceEpoch(year, month, day) * DAY;
  i += 10;
  if (i === stop) return ms;
  if ((bytes[i]! | 32) !== 116 && bytes[i] !== 32) return Number.NaN;
  const hour = twoDigits(bytes, i + 1);
  const minute = twoDigits(bytes, i + 4);
  if (stop - i < 6 || bytes[i + 3] !== 58 || !(hour <= 23 && minute <= 59)) return Number.NaN;
  ms += hour * 3_600_000 + minute * 60_000;
  i += 6;
  if (i < stop && bytes[i] === 58) {
    const second = twoDigits(bytes, i + 1);
    if (stop - i < 3 || !(second <= 59)) return Number.NaN;
    ms += second * 1000;
    i += 3;
    if (i < stop && (bytes[i] === 46 || bytes[i] === 44)) {
      const from = ++i;
      let fraction = 0;
      while (i < stop && isDigit(bytes[i]!)) fraction = fraction * 10 + bytes[i++]! - 48;
      const digits = i - from;
      if (digits === 0 || digits > 9) return Number.NaN;
      ms += digits <= 3 ? fraction * 10 ** (3 - digits) : fraction / 10 ** (digits - 3);
    }
  }
  return i === stop ? ms : ms - offsetOf(bytes, i, stop);
}

/** Milliseconds that a clock with the offset written there is ahead of UTC; NaN where none is written. */
function offsetOf(bytes: Uint8Array, start: number, stop: number): number {
  const size = stop - start;
  if (size === 1) return (bytes[start]! | 32) === 122 ? 0 : Number.NaN;
  const sign = bytes[start] === 43 ? 1 : bytes[start] === 45 ? -1 : Number.NaN;
  const hasColon = size === 6 && bytes[start + 3] === 58;
  if (!(size === 3 || size === 5 || hasColon)) return Number.NaN;
  const hours = twoDigits(bytes, start + 1);
  const minutes = size === 3 ? 0 : twoDigits(bytes, start + (hasColon ? 4 : 3));
  return hours <= 23 && minutes <= 59 ? sign * (hours * 60 + minutes) * 60_000 : Number.NaN;
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}

function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]!;
  const ones = bytes[at + 1]!;
  return isDigit(tens) && isDigit(ones) ? tens * 10 + ones - 528 : Number.NaN;
}

function daysIn(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeap ? 29 : DAYS_IN_MONTH[month - 1]!;
}

/** Days from 1970-01-01, by eras of 400 years that begin on 1 March (Hinnant 2013). */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
