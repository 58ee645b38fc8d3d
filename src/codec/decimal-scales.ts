/** Doubles of an entry: the scale to 53 bits, its upper half, its lower half, what is missing from it. */
const WIDTH = 4;
/** Veltkamp's constant: splits a double into two halves of 26 bits. */
const SPLIT = 134217729;
/** Exponent of the last place of the smallest double. */
const LOWEST = -1074;

/**
 * For the last place 2^e of a double: `2^e / 10^k`, which lies in [1, 10), as the sum of two doubles, and that k.
 *
 * Worked out in big integers when first asked for: a stream of like numbers asks for a few. Good to 2⁻¹⁰³ of itself.
 */
export class DecimalScales {
  readonly #parts = new Float64Array(WIDTH * 2048);
  readonly #powers = new Int16Array(2048);

  /** Where in `parts` the scale of 2^e begins. */
  at(e: number): number {
    const i = WIDTH * (e - LOWEST);
    if (this.#parts[i] === 0) this.#make(e);
    return i;
  }

  /** `[scale, upper half of it, lower half of it, what is missing from it]` from `at(e)` on. */
  get parts(): Float64Array {
    return this.#parts;
  }

  /** k. */
  powerAt(at: number): number {
    return this.#powers[at >> 2]!;
  }

  #make(e: number): void {
    let power = Math.floor(e * Math.LOG10E * Math.LN2);
    // 126 bits of the quotient, counted from its leading one or the bit before.
    let bits = quotientBits(e, power);
    if (bits >= 10n << 126n) bits = quotientBits(e, ++power);
    else if (bits < 1n << 126n) bits = quotientBits(e, --power);
    const scale = Number(bits >> 64n) * 2 ** -62;
    const exact = BigInt(scale * 2 ** 62) << 64n;
    const upper = SPLIT * scale - (SPLIT * scale - scale);
    const i = WIDTH * (e - LOWEST);
    this.#parts.set([scale, upper, scale - upper, Number(bits - exact) * 2 ** -126], i);
    this.#powers[i / WIDTH] = power;
  }
}

/** `2^e / 10^k · 2^126`, rounded down. */
function quotientBits(e: number, k: number): bigint {
  const top = 1n << BigInt(126 + Math.max(e, 0));
  const numerator = k < 0 ? top * 10n ** BigInt(-k) : top;
  const denominator = (k > 0 ? 10n ** BigInt(k) : 1n) << BigInt(Math.max(-e, 0));
  return numerator / denominator;
}
