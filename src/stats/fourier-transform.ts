/**
 * The discrete Fourier transform in place, of a power of two of complex numbers: decimation in time (Cooley & Tukey 1965), two levels of it at a
 * time, which reads and writes half as often as one at a time. Not scaled; its own inverse, with `imaginary` and `real` exchanged, up to the factor
 * `length`. O(n log n); what depends on the length alone is computed once.
 */
export class FourierTransform {
  readonly length: number;
  readonly #cosines: Float64Array;
  readonly #sines: Float64Array;
  /** Pairs of places that change with each other. */
  readonly #swaps: Int32Array;

  /** @param length a power of two */
  constructor(length: number) {
    this.length = length;
    this.#cosines = Float64Array.from({ length: length >> 1 }, (_, k) => Math.cos((2 * Math.PI * k) / length));
    this.#sines = Float64Array.from({ length: length >> 1 }, (_, k) => -Math.sin((2 * Math.PI * k) / length));
    this.#swaps = swapsOf(length);
  }

  transform(real: Float64Array, imaginary: Float64Array): void {
    const n = this.length;
    const swaps = this.#swaps;
    for (let s = 0; s < swaps.length; s += 2) {
      const i = swaps[s]!;
      const j = swaps[s + 1]!;
      const re = real[i]!;
      const im = imaginary[i]!;
      real[i] = real[j]!;
      imaginary[i] = imaginary[j]!;
      real[j] = re;
      imaginary[j] = im;
    }
    const levels = 31 - Math.clz32(n);
    // One level by itself where their number is odd.
    if (levels & 1)
      for (let i = 0; i < n; i += 2) {
        const re = real[i + 1]!;
        const im = imaginary[i + 1]!;
        real[i + 1] = real[i]! - re;
        imaginary[i + 1] = imaginary[i]! - im;
        real[i]! += re;
        imaginary[i]! += im;
      }
    for (let half = levels & 1 ? 2 : 1; half < n; half *= 4) this.#twoLevels(real, imaginary, half);
  }

  /** From transforms of `half` numbers to those of four times as many. */
  #twoLevels(real: Float64Array, imaginary: Float64Array, half: number): void {
    const cosines = this.#cosines;
    const sines = this.#sines;
    const n = this.length;
    const stride = n / (4 * half);
    for (let from = 0; from < n; from += 4 * half)
      for (let k = 0; k < half; k++) {
        const a = from + k;
        const b = a + half;
        const c = b + half;
        const d = c + half;
        // Of the first level, and of the second; its other factor is this one times −i.
        const c1 = cosines[2 * k * stride]!;
        const s1 = sines[2 * k * stride]!;
        const c2 = cosines[k * stride]!;
        const s2 = sines[k * stride]!;
        const br = real[b]! * c1 - imaginary[b]! * s1;
        const bi = real[b]! * s1 + imaginary[b]! * c1;
        const dr = real[d]! * c1 - imaginary[d]! * s1;
        const di = real[d]! * s1 + imaginary[d]! * c1;
        const upr = real[a]! + br;
        const upi = imaginary[a]! + bi;
        const downr = real[a]! - br;
        const downi = imaginary[a]! - bi;
        const sumr = real[c]! + dr;
        const sumi = imaginary[c]! + di;
        const differencer = real[c]! - dr;
        const differencei = imaginary[c]! - di;
        const evenr = sumr * c2 - sumi * s2;
        const eveni = sumr * s2 + sumi * c2;
        const oddr = differencer * s2 + differencei * c2;
        const oddi = differencei * s2 - differencer * c2;
        real[a] = upr + evenr;
        imaginary[a] = upi + eveni;
        real[c] = upr - evenr;
        imaginary[c] = upi - eveni;
        real[b] = downr + oddr;
        imaginary[b] = downi + oddi;
        real[d] = downr - oddr;
        imaginary[d] = downi - oddi;
      }
  }
}

/** Each place with the one whose bits are its own backwards. */
function swapsOf(n: number): Int32Array {
  const swaps: number[] = [];
  for (let i = 0, j = 0; i < n; i++) {
    if (i < j) swaps.push(i, j);
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
  }
  return Int32Array.from(swaps);
}
