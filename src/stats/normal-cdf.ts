const CENTRE_TOP = [2.2352520354606837, 161.02823106855587, 1067.6894854603709, 18154.98125334356];
const CENTRE_BOTTOM = [47.202581904688245, 976.0985517377767, 10260.932208618979, 45507.78933502673];
const MIDDLE_TOP = [
  0.39894151208813466, 8.883149794388377, 93.50665613217785, 597.2702763948002, 2494.5375852903726, 6848.190450536283,
  11602.65143764735, 9842.714838383978,
];
const MIDDLE_BOTTOM = [
  22.266688044328117, 235.387901782625, 1519.3775994075547, 6485.558298266761, 18615.571640885097, 34900.95272114598,
  38912.00328609327, 19685.429676859992,
];
const TAIL_TOP = [
  0.215898534057957, 0.12740116116024736, 0.022235277870649807, 0.0014216191932278934, 2.9112874951168793e-5,
];
const TAIL_BOTTOM = [
  1.284260096144911, 0.4682382124808651, 0.06598813786892856, 0.0037823963320275824, 7.297515550839662e-5,
];

/** (((lead·x + top₀)·x + top₁)·x + …) / (((x + bottom₀)·x + bottom₁)·x + …). */
function ratio(x: number, lead: number, top: readonly number[], bottom: readonly number[]): number {
  let numerator = lead;
  let denominator = 1;
  for (let i = 0; i < top.length; i++) {
    numerator = numerator * x + top[i]!;
    denominator = denominator * x + bottom[i]!;
  }
  return numerator / denominator;
}

/**
 * Φ(z): the share of the standard normal distribution below z.
 *
 * Cody's rational Chebyshev approximations (Math. Comp. 1969; ACM TOMS 715), relative error about 1e-15 down to the smallest
 * double; the lower tail does not round off. NaN gives NaN. O(1).
 */
export function normalCdf(z: number): number {
  const y = Math.abs(z);
  if (Number.isNaN(z)) return Number.NaN;
  if (y <= 0.67448975) return 0.5 + z * ratio(z * z, 0.06568233791820745, CENTRE_TOP, CENTRE_BOTTOM);
  // Below this the tail is less than the smallest double.
  const tail = y > 38.6 ? 0 : bell(y) * (y <= Math.sqrt(32) ? middle(y) : far(y));
  return z < 0 ? tail : 1 - tail;
}

function middle(y: number): number {
  return ratio(y, 1.0765576773720192e-8, MIDDLE_TOP, MIDDLE_BOTTOM);
}

function far(y: number): number {
  const inverse = 1 / (y * y);
  const correction = inverse * ratio(inverse, 0.023073441764940174, TAIL_TOP, TAIL_BOTTOM);
  return (1 / Math.sqrt(2 * Math.PI) - correction) / y;
}

/** exp(−y²/2), the square split so that it does not round before it is exponentiated. */
function bell(y: number): number {
  const head = Math.trunc(y * 16) / 16;
  return Math.exp(-head * head * 0.5) * Math.exp(-(y - head) * (y + head) * 0.5);
}
