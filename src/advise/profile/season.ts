/** A cycle in a series. */
export interface Season {
  /** Values from one turn to the next; 0 when no cycle was found. */
  period: number;
  /** Share of the variance that repeats from turn to turn, in [0, 1]. */
  strength: number;
}

/** What repeats less than this is not called a cycle. */
const LEAST = 0.25;

/**
 * Looks for a cycle: the lag of the highest peak of the autocorrelation behind its first fall below zero or to a third, which must come
 * again at twice the lag where that can be seen. Cycles of 3 values up to a third of the series are found.
 * @param rho autocorrelation from lag 0 on @param count values that it was made from
 */
export function seasonOf(rho: Float64Array, count: number): Season {
  const none: Season = { period: 0, strength: 0 };
  let start = 1;
  while (start < rho.length && rho[start]! > 1 / 3) start++;
  // Nearly alike neighbours only fall so far if there is something to fall to.
  if (start >= rho.length - 2) return none;
  let best = 0;
  const last = Math.min(rho.length - 2, Math.floor(count / 3));
  for (let k = Math.max(start, 3); k <= last; k++) {
    const isPeak = rho[k]! >= rho[k - 1]! && rho[k]! >= rho[k + 1]!;
    // A multiple of a period is no better than the period: it has to beat it clearly.
    if (isPeak && rho[k]! > (best === 0 ? LEAST : rho[best]! * 1.1)) best = k;
  }
  if (best === 0) return none;
  let trough = 1;
  for (let k = 1; k < best; k++) trough = Math.min(trough, rho[k]!);
  const noise = 3 / Math.sqrt(count);
  if (rho[best]! - trough < Math.max(LEAST, noise)) return none;
  const twice = neighbourhood(rho, 2 * best, Math.max(1, best >> 3));
  if (2 * best < last && twice < rho[best]! / 2) return none;
  const period = sharpened(rho, shortest(rho, best));
  // The estimate at lag k rests on n − k products of n.
  const strength = Math.min(1, (rho[period]! * count) / (count - period));
  // The highest peak may be the end of something slow, of which the part that stands out repeats nothing.
  return strength < LEAST ? none : { period, strength };
}

/** Where something slower lies beneath, it lifts the multiples of a period above it: the one that stands out most is meant. */
function shortest(rho: Float64Array, period: number): number {
  const standsOut = (p: number) =>
    rho[p]! - (rho[Math.round(p / 2)]! + rho[Math.min(rho.length - 1, Math.round(1.5 * p))]!) / 2;
  let best = period;
  for (let k = 2; k <= 12 && period / k >= 3; k++) {
    const part = Math.round(period / k);
    if (standsOut(part) > standsOut(best) + 0.1) best = part;
  }
  return best;
}

/** The top of a slow cycle is flat and noise decides where it is highest; the multiples, and a few lags around each, know better. */
function sharpened(rho: Float64Array, period: number): number {
  const last = rho.length - 1;
  const turns = Math.max(1, Math.floor(last / (period + (period >> 3))));
  const around = period >> 4;
  let [best, highest] = [period, Number.NEGATIVE_INFINITY];
  for (let p = period - (period >> 3); p <= Math.min(last, period + (period >> 3)); p++) {
    let [sum, count] = [0, 0];
    for (let m = 1; m <= turns; m++)
      for (let k = m * p - around; k <= Math.min(m * p + around, rho.length - 1); k++) {
        sum += rho[k]!;
        count++;
      }
    if (count > 0 && sum / count > highest) [best, highest] = [p, sum / count];
  }
  return best;
}

function neighbourhood(rho: Float64Array, lag: number, width: number): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (let k = lag - width; k <= Math.min(lag + width, rho.length - 1); k++) highest = Math.max(highest, rho[k]!);
  return highest;
}
