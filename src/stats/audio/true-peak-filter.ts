/**
 * The interpolator of ITU-R BS.1770-4, Annex 2: four phases of twelve taps, so that what a converter makes between two samples is seen. By age of
 * the sample, in units of 1/8192, in which the recommendation's coefficients are whole; the third and fourth phases are the second and first backwards.
 */
const FIRST = [14, 90, -161, 272, -487, 1125, 7964, -838, 390, -218, 122, -68];
const SECOND = [-239, 240, -424, 730, -1364, 3810, 6388, -1641, 832, -477, 271, -155];
const UNIT = 8192;
/** All four phases, as they are in the recommendation. */
export const PHASES: readonly (readonly number[])[] = [FIRST, SECOND, [...SECOND].reverse(), [...FIRST].reverse()].map(
  (taps) => taps.map((tap) => tap / UNIT),
);

/** Taps of a phase. */
export const TAPS = 12;
/** The middle of the interpolator, in frames before the newest sample: the later of its two middle taps. */
export const PEAK_DELAY = 6;

const squared = (taps: readonly number[]) => taps.reduce((sum, tap) => sum + tap * tap, 0);
/** Of each phase: the squares of its two middle taps, and of all others. */
const SQUARES = PHASES.map((taps): [middle: number, others: number] => {
  const middle = squared(taps.slice(PEAK_DELAY - 1, PEAK_DELAY + 1));
  return [middle, squared(taps) - middle];
});
/** By phase, the c of `nextLoud`: the bound holds whatever it is, and is near for peaks that lie near the middle. */
const SHARES = [6, 2.5, 2.5, 6];
const MIDDLE = Math.max(...SQUARES.map(([middle], k) => (1 + 1 / SHARES[k]!) * middle));
const OTHERS = Math.max(...SQUARES.map(([, others], k) => (1 + SHARES[k]!) * others));
/** What rounding may have taken from an energy, as a part of all that was added up. */
const ROUNDED = 1e-11;

/**
 * The first place from `from` on where a value between the samples may exceed `limit` in magnitude, by the samples' squares; `to` where there is none
 * before it. `energies[i]` is the sum of the squares of the line before place i; those in reach of `from` must be in it.
 *
 * By Cauchy and Schwarz |p| ≤ a√m + b√o, where m is the energy of the two samples in the middle and o that of the ten others, a² and b² those of their
 * taps; and (a√m + b√o)² ≤ (1 + 1/c)a²m + (1 + c)b²o.
 */
export function nextLoud(energies: Float64Array, from: number, to: number, limit: number): number {
  const end = energies[to]!;
  const allowed = limit * limit - ROUNDED * end;
  // Not put the other way round: what is too large to be added up is not a number, and may exceed anything.
  if (MIDDLE * (end - energies[from + 1 - TAPS]!) <= allowed) return to;
  for (let i = from; i < to; i++) {
    const all = energies[i + 1]! - energies[i + 1 - TAPS]!;
    const middle = energies[i - PEAK_DELAY + 2]! - energies[i - PEAK_DELAY]!;
    if (!(OTHERS * all + (MIDDLE - OTHERS) * middle <= allowed)) return i;
  }
  return to;
}

/**
 * The largest magnitude of the four values between samples, of which `line[at]` is the newest and those before it are older.
 *
 * A phase `p` and its mirror image `q` are half the sum and half the difference of two filters of six taps, one over sums of samples as far before
 * as behind the middle, one over their differences; and max(|p|, |q|) = |p + q| / 2 + |p − q| / 2. Half the multiplications.
 */
export function interpolatedPeak(line: Float64Array, at: number): number {
  const x0 = line[at]!;
  const x1 = line[at - 1]!;
  const x2 = line[at - 2]!;
  const x3 = line[at - 3]!;
  const x4 = line[at - 4]!;
  const x5 = line[at - 5]!;
  const x6 = line[at - 6]!;
  const x7 = line[at - 7]!;
  const x8 = line[at - 8]!;
  const x9 = line[at - 9]!;
  const x10 = line[at - 10]!;
  const x11 = line[at - 11]!;
  const s0 = x0 + x11;
  const s1 = x1 + x10;
  const s2 = x2 + x9;
  const s3 = x3 + x8;
  const s4 = x4 + x7;
  const s5 = x5 + x6;
  const d0 = x0 - x11;
  const d1 = x1 - x10;
  const d2 = x2 - x9;
  const d3 = x3 - x8;
  const d4 = x4 - x7;
  const d5 = x5 - x6;
  const outer =
    Math.abs(9089 * s5 - 1325 * s4 + (662 * s3 - 379 * s2) + (212 * s1 - 54 * s0)) +
    Math.abs(351 * d4 - 6839 * d5 + (57 * d2 - 118 * d3) + (82 * d0 - 32 * d1));
  const inner =
    Math.abs(10_198 * s5 - 3005 * s4 + (1562 * s3 - 901 * s2) + (511 * s1 - 394 * s0)) +
    Math.abs(277 * d4 - 2578 * d5 + (53 * d2 - 102 * d3) - (84 * d0 + 31 * d1));
  return (outer > inner ? outer : inner) / (2 * UNIT);
}
