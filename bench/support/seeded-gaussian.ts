/** Nearly normal numbers from a seeded generator: the same on every machine. Mean 0, variance 1. */
export function seededGaussian({ seed, length }: { seed: number; length: number }): Float64Array {
  let x = seed >>> 0;
  const uniform = () => {
    x = (Math.imul(1664525, x) + 1013904223) >>> 0;
    return x / 2 ** 32;
  };
  return Float64Array.from({ length }, () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += uniform();
    return sum;
  });
}
