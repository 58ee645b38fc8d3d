/** Nodes and weights of Gauss-Legendre quadrature with n points on [low, high], by Newton's method on the Legendre polynomial. */
export function gaussLegendre(n: number, low: number, high: number): { nodes: Float64Array; weights: Float64Array } {
  const nodes = new Float64Array(n);
  const weights = new Float64Array(n);
  const half = (high - low) / 2;
  for (let i = 0; i < n; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 1;
    for (let step = 1; Math.abs(step) > 1e-15; x -= step) {
      let before = 0;
      let p = 1;
      for (let k = 1; k <= n; k++) [before, p] = [p, ((2 * k - 1) * x * p - (k - 1) * before) / k];
      slope = (n * (x * p - before)) / (x * x - 1);
      step = p / slope;
      if (Math.abs(step) < 1e-14) step = 0;
    }
    nodes[i] = low + half * (1 - x);
    weights[i] = (2 * half) / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}
