/**
 * The discrete Fourier transform in place, of a power of two of complex numbers: radix 2, decimation in time (Cooley & Tukey 1965).
 * Not scaled; its own inverse, with `imaginary` and `real` exchanged, up to the factor `length`. O(n log n); what depends on the length alone is
 * computed once.
 */
export class FourierTransform {
  readonly length: number;
  readonly #cosines: Float64Array;
  readonly #sines: Float64Array;

  /** @param length a power of two */
  constructor(length: number) {
    this.length = length;
    this.#cosines = Float64Array.from({ length: length >> 1 }, (_, k) => Math.cos((2 * Math.PI * k) / length));
    this.#sines = Float64Array.from({ length: length >> 1 }, (_, k) => -Math.sin((2 * Math.PI * k) / length));
  }

  transform(real: Float64Array, imaginary: Float64Array): void {
    const n = this.length;
    for (let i = 1, j = 0; i < n; i++) {
      let bit = n >> 1;
      for (; j & bit; bit >>= 1) j ^= bit;
      j ^= bit;
      if (i >= j) continue;
      const re = real[i]!;
      const im = imaginary[i]!;
      real[i] = real[j]!;
      imaginary[i] = imaginary[j]!;
      real[j] = re;
      imaginary[j] = im;
    }
    for (let half = 1; half < n; half *= 2) {
      const stride = n / (2 * half);
      for (let from = 0; from < n; from += 2 * half) {
        for (let k = 0; k < half; k++) {
          const c = this.#cosines[k * stride]!;
          const s = this.#sines[k * stride]!;
          const even = from + k;
          const odd = even + half;
          const re = real[odd]! * c - imaginary[odd]! * s;
          const im = real[odd]! * s + imaginary[odd]! * c;
          real[odd] = real[even]! - re;
          imaginary[odd] = imaginary[even]! - im;
          real[even]! += re;
          imaginary[even]! += im;
        }
      }
    }
  }
}
