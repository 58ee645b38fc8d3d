/**
 * A seeded stream of numbers that any language reproduces to the last bit: the generator behind the reference vectors.
 *
 * Uniform: x ← 1664525·x + 1013904223 mod 2³², u = x / 2³². Nearly normal: the sum of twelve of them less 6, added left to right.
 */
export class PortableStream {
  #x: number;

  constructor(seed: number) {
    this.#x = seed >>> 0;
  }

  /** In [0, 1). */
  uniform(): number {
    this.#x = (Math.imul(1664525, this.#x) + 1013904223) >>> 0;
    return this.#x / 2 ** 32;
  }

  /** Mean 0, variance 1, within ±6. */
  gaussian(): number {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += this.uniform();
    return sum;
  }

  uniforms(length: number): Float64Array {
    return Float64Array.from({ length }, () => this.uniform());
  }

  gaussians(length: number): Float64Array {
    return Float64Array.from({ length }, () => this.gaussian());
  }
}
