import type { PlainFunction } from './fixed-function.js';

const TRUTHS: Readonly<Record<string, number>> = { true: 1, false: 0, yes: 1, no: 0, on: 1, off: 0, '1': 1, '0': 0 };

/** Numbers may come as text, from CSV. */
function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}

/** A category, a label: as it is. */
export const passThrough: PlainFunction = {
  accept: (value) => (typeof value === 'object' ? 'text, a number, true or false' : undefined),
  apply: (value) => value,
};

/** true and false, yes and no, on and off: 1 and 0. */
export const truth: PlainFunction = {
  accept: (value) =>
    Object.hasOwn(TRUTHS, String(value).toLowerCase()) ? undefined : 'true or false, yes or no, on or off, 1 or 0',
  apply: (value) => TRUTHS[String(value).toLowerCase()]!,
};

/** log(1 + x) of a count, exact for small ones; the inverse is expm1. */
export const logOfCount: PlainFunction = {
  accept: (value) => (numberOf(value) > -1 ? undefined : 'a number > -1'),
  apply: (value) => Math.log1p(numberOf(value)),
};

/** √x of a count, whose noise it makes alike for small and large ones (Bartlett 1936); the inverse is the square. */
export const rootOfCount: PlainFunction = {
  accept: (value) => (numberOf(value) >= 0 ? undefined : 'a number >= 0'),
  apply: (value) => Math.sqrt(numberOf(value)),
};

/** The point of an angle on the circle, `[sin, cos]`, so that its end is beside its beginning; the inverse is atan2. */
export function circle(period: number): PlainFunction {
  const point = new Float64Array(2);
  return {
    accept: (value) => (Number.isFinite(numberOf(value)) ? undefined : 'a number'),
    apply: (value) => {
      // The remainder first: of a large angle no digit is lost by it.
      const angle = (2 * Math.PI * (numberOf(value) % period)) / period;
      point[0] = Math.sin(angle);
      point[1] = Math.cos(angle);
      return point;
    },
  };
}
