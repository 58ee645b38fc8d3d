const GOLDEN = (3 - Math.sqrt(5)) / 2;

/**
 * Where in [low, high] `f` is largest, to `tolerance`: parabolic interpolation guarded by golden section (Brent 1973, chapter 5).
 * `f` should have one peak there. A value that is NaN counts as −∞.
 */
export function brentMaximum(f: (x: number) => number, low: number, high: number, tolerance: number): number {
  const cost = (at: number): number => {
    const value = -f(at);
    return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
  };
  let [a, b] = [low, high];
  let x = a + GOLDEN * (b - a);
  let [w, v] = [x, x];
  let fx = cost(x);
  let [fw, fv] = [fx, fx];
  let [step, before] = [0, 0];
  for (let i = 0; i < 100; i++) {
    const middle = (a + b) / 2;
    if (Math.abs(x - middle) <= 2 * tolerance - (b - a) / 2) break;
    const [r, q] = [(x - w) * (fx - fv), (x - v) * (fx - fw)];
    const curvature = 2 * (q - r);
    const parabolic = ((x - w) * r - (x - v) * q) / curvature;
    const inside = x + parabolic > a && x + parabolic < b;
    if (Math.abs(before) > tolerance && inside && Math.abs(parabolic) < Math.abs(before) / 2) {
      [before, step] = [step, parabolic];
    } else {
      before = x < middle ? b - x : a - x;
      step = GOLDEN * before;
    }
    const u = x + (Math.abs(step) >= tolerance ? step : step > 0 ? tolerance : -tolerance);
    const fu = cost(u);
    if (fu <= fx) {
      if (u < x) b = x;
      else a = x;
      [v, w, x] = [w, x, u];
      [fv, fw, fx] = [fw, fx, fu];
    } else {
      if (u < x) a = u;
      else b = u;
      if (fu <= fw || w === x) {
        [v, w] = [w, u];
        [fv, fw] = [fw, fu];
      } else if (fu <= fv || v === x || v === w) [v, fv] = [u, fu];
    }
  }
  return x;
}
