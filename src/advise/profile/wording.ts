/** A share in words for people: 94 %, 0.3 %, under 0.1 %. */
export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 0.1) return 'under 0.1 %';
  return `${value < 10 && value % 1 !== 0 ? value.toFixed(1) : value.toFixed(0)} %`;
}

/** A number as short as `digits` significant digits allow: 1.234e+7 becomes 12340000, 0.10000 becomes 0.1. */
export function significant(x: number, digits = 4): string {
  if (!Number.isFinite(x)) return String(x);
  if (Number.isInteger(x) && Math.abs(x) < 1e15) return String(x);
  const size = Math.abs(x);
  return size >= 1e-4 && size < 1e15 ? String(Number(x.toPrecision(digits))) : x.toExponential(digits - 1);
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;

/** Milliseconds in the largest unit that they fill: 365 d, 24 h, 1.5 min. */
export function duration(ms: number): string {
  const [unit, length] = UNITS.find(([, size]) => ms >= size * 1.5) ?? UNITS[4];
  return `${significant(ms / length, 3)} ${unit}`;
}
