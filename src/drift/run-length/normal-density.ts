/** φ(x): density of the standard normal distribution. */
export function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / 2.5066282746310002;
}
