/** Of one that takes so many nanoseconds, how many a second: three digits, in thousands or millions. */
export function rateOf(ns: number): string {
  const perSecond = 1e9 / ns;
  return perSecond >= 1e6 ? `${threeDigits(perSecond / 1e6)} M` : `${threeDigits(perSecond / 1e3)} k`;
}

export function threeDigits(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}
