const SQRT_2_PI = 2.5066282746310002;

/**
 * Chance that a standard normal value exceeds `x >= 0`: 1 − Φ(x), accurate to 1e-13 of itself down to 1e-300.
 * Hart (1968), algorithm 5666, as given by West (2005); from 3.5 on Laplace's continued fraction, 30 terms. NaN stays NaN.
 */
export function normalTail(x: number): number {
  const density = Math.exp((-x * x) / 2);
  if (x > 3.5) {
    let fraction = x;
    for (let k = 30; k > 0; k--) fraction = x + k / fraction;
    return density / fraction / SQRT_2_PI;
  }
  let over = 3.52624965998911e-2 * x + 0.700383064443688;
  over = over * x + 6.37396220353165;
  over = over * x + 33.912866078383;
  over = over * x + 112.079291497871;
  over = over * x + 221.213596169931;
  over = over * x + 220.206867912376;
  let under = 8.83883476483184e-2 * x + 1.75566716318264;
  under = under * x + 16.064177579207;
  under = under * x + 86.7807322029461;
  under = under * x + 296.564248779674;
  under = under * x + 637.333633378831;
  under = under * x + 793.826512519948;
  under = under * x + 440.413735824752;
  return (density * over) / under;
}
