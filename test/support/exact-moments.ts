/** Doubles as exact integers: multiples of 2^-1074. */
const ONE_EXPONENT = 1074n;

function toInteger(x: number): bigint {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, x);
  const raw = bits.getBigUint64(0);
  const exponent = (raw >> 52n) & 0x7ffn;
  const fraction = raw & 0xfffffffffffffn;
  const size = exponent === 0n ? fraction : (fraction | 0x10000000000000n) << (exponent - 1n);
  return raw >> 63n === 1n ? -size : size;
}

/** numerator / denominator as the nearest double, but for the last bit where it is subnormal. */
function toDouble(numerator: bigint, denominator: bigint): number {
  if (numerator === 0n) return 0;
  if (numerator < 0n) return -toDouble(-numerator, denominator);
  const shift = BigInt(numerator.toString(2).length - denominator.toString(2).length) - 64n;
  const quotient = shift < 0n ? (numerator << -shift) / denominator : numerator / (denominator << shift);
  const power = Number(shift);
  return Number(quotient) * 2 ** Math.trunc(power / 2) * 2 ** (power - Math.trunc(power / 2));
}

/** Mean and central moments of doubles under weights that are doubles, in rational arithmetic. */
export class ExactMoments {
  /** The numerators share the denominators `#weight` (values, by 2^1074 more) and powers of it. */
  readonly #weight: bigint = 0n;
  readonly #deviations: readonly bigint[];
  readonly #weights: readonly bigint[];
  readonly #sum: bigint = 0n;
  readonly #scale: bigint;

  constructor(xs: ArrayLike<number>, weights?: ArrayLike<number>) {
    const values = Array.from(xs, toInteger);
    this.#weights = values.map((_, i) => (weights === undefined ? 1n : toInteger(weights[i]!)));
    for (const [i, x] of values.entries()) {
      this.#weight += this.#weights[i]!;
      this.#sum += this.#weights[i]! * x;
    }
    this.#deviations = values.map((x) => x * this.#weight - this.#sum);
    this.#scale = 1n << ONE_EXPONENT;
  }

  get mean(): number {
    return toDouble(this.#sum, this.#weight * this.#scale);
  }

  /** x − mean. */
  deviation(x: number): number {
    return toDouble(toInteger(x) * this.#weight - this.#sum, this.#weight * this.#scale);
  }

  /** Σw(x − mean)^k / Σw. */
  central(k: number): number {
    const power = BigInt(k);
    let sum = 0n;
    for (const [i, d] of this.#deviations.entries()) sum += this.#weights[i]! * d ** power;
    return toDouble(sum, this.#weight * (this.#weight * this.#scale) ** power);
  }

  get variance(): number {
    return this.central(2);
  }
}
