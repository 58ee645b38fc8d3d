import { normalCdf } from '../../stats/normal-cdf.js';
import type { OutputLaw } from './output-law.js';

/** Third quartiles of N(0, 1) and of Student's t with 4 and 2 degrees of freedom: shapes are compared with their middle halves alike. */
const NORMAL_QUARTILE = 0.6744897501960817;
const T4_SCALE = NORMAL_QUARTILE / 0.7406970841126835;
const T2_SCALE = NORMAL_QUARTILE / 0.816496580927726;

/** Of the belief in the shapes, so much is spread anew at each value: the tails may change. */
const RENEWAL = 0.002;

/**
 * Scores around 0 whose middle half is that of N(0, 1) and whose tails are as they are: N(0, 1), t4 or t2, believed as they have
 * predicted (the Bayesian mixture, with fixed share after Herbster & Warmuth 1998). A method that widens its scale by outliers, or that
 * leaves the middle off center, does not fit it.
 */
export class BellLaw implements OutputLaw {
  readonly #unit: number;
  readonly #weights = Float64Array.of(0.5, 0.25, 0.25);
  readonly #chances = new Float64Array(3);
  #chance = 0;

  /** @param unit the standard deviation that a score of the method stands for: 1, unless its scale is another spread */
  constructor(unit = 1) {
    this.#unit = unit;
  }

  cell(low: number, high: number): number {
    const weights = this.#weights;
    const [from, to] = [low * this.#unit, high * this.#unit];
    this.#chance = 0;
    for (let k = 0; k < 3; k++) {
      this.#chances[k] = between(k, from, to);
      this.#chance += weights[k]! * this.#chances[k]!;
    }
    return this.#chance;
  }

  learn(): void {
    if (!(this.#chance > 0)) return;
    const weights = this.#weights;
    for (let k = 0; k < 3; k++)
      weights[k] = (1 - RENEWAL) * ((weights[k]! * this.#chances[k]!) / this.#chance) + RENEWAL / 3;
  }

  promised(z: number): number {
    return normalCdf(z * this.#unit);
  }
}

/** Chance between two points under shape k; by density where they are close, for there the difference of two tails would cancel. */
function between(k: number, low: number, high: number): number {
  if (high - low < 0.02) return (high - low) * density(k, (low + high) / 2);
  return low > 0 ? below(k, -low) - below(k, -high) : below(k, high) - below(k, low);
}

function density(k: number, z: number): number {
  if (k === 0) return Math.exp((-z * z) / 2) * 0.3989422804014327;
  if (k === 1) {
    const u = z / T4_SCALE;
    return (0.375 * (1 + (u * u) / 4) ** -2.5) / T4_SCALE;
  }
  const u = z / T2_SCALE;
  return (0.35355339059327373 * (1 + (u * u) / 2) ** -1.5) / T2_SCALE;
}

function below(k: number, z: number): number {
  if (k === 0) return normalCdf(z);
  const u = z / (k === 1 ? T4_SCALE : T2_SCALE);
  const degrees = k === 1 ? 4 : 2;
  const share = u / Math.sqrt(degrees + u * u);
  // The lower tail as 1 − share² over 1 − share, for the same reason.
  const gap = degrees / (degrees + u * u) / (1 - share);
  if (k === 2) return u < 0 ? gap / 2 : (1 + share) / 2;
  return u < 0 ? (gap * gap * (2 - share)) / 4 : ((1 + share) ** 2 * (2 - share)) / 4;
}
