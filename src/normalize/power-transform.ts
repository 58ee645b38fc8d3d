/** Beyond this no value is an observation. */
const FARTHEST = 1e150;

/** Closer to 0 than this an exponent is 0. */
const NEARLY_ZERO = 1e-100;

/**
 * The power transforms of Box & Cox (1964) and Yeo & Johnson (2000), relative to a reference c:
 * u(x) = (T(x) − T(c)) / (c + 1)^λ, without the 1 for Box-Cox.
 *
 * Shift and factor vanish when the result is standardized, and without them nothing cancels or overflows far from zero:
 * for x on the side of c, u = ((1 + (x − c)/(c + 1))^λ − 1) / λ. A negative c is mirrored, T_λ(−x) being −T_(2−λ)(x).
 */
export class PowerTransform {
  /** What is added to a value before it is raised to a power. */
  readonly shift: 0 | 1;
  /** −1 where all is mirrored. */
  sign: 1 | -1 = 1;
  /** The exponent, of the mirrored values where they are. */
  exponent = 1;
  /** Reference, mirrored so that it is not negative, and the logarithm of the reference + shift. */
  reference = 0;
  logReference = 0;

  constructor(family: 'yeo-johnson' | 'box-cox') {
    this.shift = family === 'yeo-johnson' ? 1 : 0;
  }

  set(lambda: number, reference: number): this {
    this.sign = reference < 0 ? -1 : 1;
    this.exponent = reference < 0 ? 2 - lambda : lambda;
    this.reference = Math.abs(reference);
    this.logReference = this.shift === 1 ? Math.log1p(this.reference) : Math.log(this.reference);
    return this;
  }

  /** u(x); never NaN for an observation of the domain, ends at ±1.8e308. */
  forward(x: number): number {
    const { sign, exponent, reference, shift, logReference } = this;
    const mirrored = sign * x;
    const u =
      mirrored >= 0
        ? raise(exponent, Math.log1p((mirrored - reference) / (reference + shift)))
        : beyond(exponent, Math.log1p(-mirrored), logReference);
    return sign * Math.min(Math.max(u, -Number.MAX_VALUE), Number.MAX_VALUE);
  }

  /** The x of a u; what no value reaches is the end of the domain, up to ±1e150. */
  inverse(u: number): number {
    const { sign, exponent, reference, shift, logReference } = this;
    const mirrored = sign * u;
    const zero = shift === 1 ? raise(exponent, -logReference) : Number.NEGATIVE_INFINITY;
    let x: number;
    if (mirrored >= zero) {
      x = reference + (reference + shift) * Math.expm1(lower(exponent, mirrored));
    } else {
      x = -Math.expm1(lower(2 - exponent, (zero - mirrored) * Math.exp(exponent * logReference)));
    }
    return sign * Math.min(Math.max(x, -FARTHEST), FARTHEST);
  }

  /** dx/du at x = the given value: how far apart, around it, values are whose u differ by 1. */
  stretch(x: number): number {
    const { sign, exponent, reference, shift, logReference } = this;
    const mirrored = sign * x;
    if (mirrored < 0) return Math.exp(exponent * logReference + (exponent - 1) * Math.log1p(-mirrored));
    return (reference + shift) * Math.exp((1 - exponent) * Math.log1p((mirrored - reference) / (reference + shift)));
  }
}

/** (e^(λd) − 1) / λ. */
export function raise(exponent: number, d: number): number {
  return Math.abs(exponent) < NEARLY_ZERO ? d : Math.expm1(exponent * d) / exponent;
}

/** u of a negative value, `log` being log(1 − x). */
export function beyond(exponent: number, log: number, logReference: number): number {
  const toZero = raise(exponent, -logReference);
  const other = 2 - exponent;
  const scaled = -exponent * logReference;
  if (Math.abs(other) < NEARLY_ZERO) return toZero - log * Math.exp(scaled);
  // e^scaled (e^(other·log) − 1), in one exponential where two would overflow.
  const power =
    other * log > 1 ? Math.exp(scaled + other * log) - Math.exp(scaled) : Math.exp(scaled) * Math.expm1(other * log);
  return toZero - power / other;
}

/** The inverse of `raise`: log(1 + λu) / λ; ±∞ where nothing is raised so far. */
function lower(exponent: number, u: number): number {
  if (Math.abs(exponent) < NEARLY_ZERO) return u;
  const inner = exponent * u;
  return inner > -1 ? Math.log1p(inner) / exponent : exponent > 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
