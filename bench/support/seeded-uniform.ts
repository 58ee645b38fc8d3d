/** Numbers in [0, 1) from a seeded generator: the same on every machine. */
export function seededUniform(seed: number): () => number {
  let x = seed >>> 0;
  return () => {
    x = (Math.imul(1664525, x) + 1013904223) >>> 0;
    return x / 2 ** 32;
  };
}
