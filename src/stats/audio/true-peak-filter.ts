/**
 * The interpolator of ITU-R BS.1770-4, Annex 2: four phases of twelve taps, so that what a converter makes between two samples is seen. The
 * third and fourth phases are the second and first backwards.
 */
const FIRST = [
  0.001708984375, 0.010986328125, -0.0196533203125, 0.033203125, -0.0594482421875, 0.1373291015625, 0.97216796875,
  -0.102294921875, 0.047607421875, -0.026611328125, 0.014892578125, -0.00830078125,
];
const SECOND = [
  -0.0291748046875, 0.029296875, -0.0517578125, 0.089111328125, -0.16650390625, 0.465087890625, 0.77978515625,
  -0.2003173828125, 0.1015625, -0.0582275390625, 0.0330810546875, -0.0189208984375,
];
const PHASES = [FIRST, SECOND, [...SECOND].reverse(), [...FIRST].reverse()];

/** Taps of a phase. */
export const TAPS = 12;
/** The middle of the interpolator, in frames before the newest sample. */
export const PEAK_DELAY = 6;
/** No interpolated value is larger than the largest sample in its reach by more than this factor. */
export const OVERSHOOT: number = Math.max(...PHASES.map((taps) => taps.reduce((sum, tap) => sum + Math.abs(tap), 0)));

/** All taps, by age of the sample, then by phase. */
const TABLE = Float64Array.from({ length: TAPS * 4 }, (_, k) => PHASES[k % 4]![k >> 2]!);

/** The largest magnitude of the four values between samples, of which `line[at]` is the newest and those before it are older. */
export function interpolatedPeak(line: Float64Array, at: number): number {
  let p0 = 0;
  let p1 = 0;
  let p2 = 0;
  let p3 = 0;
  for (let tap = 0, k = 0; tap < TAPS; tap++, k += 4) {
    const x = line[at - tap]!;
    p0 += x * TABLE[k]!;
    p1 += x * TABLE[k + 1]!;
    p2 += x * TABLE[k + 2]!;
    p3 += x * TABLE[k + 3]!;
  }
  return Math.max(Math.abs(p0), Math.abs(p1), Math.abs(p2), Math.abs(p3));
}
