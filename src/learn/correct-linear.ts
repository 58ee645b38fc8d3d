import { InvalidOptionError } from '../errors.js';

/** A linear layer with one output: Σ weights[i]·input[i] + bias. */
export interface LinearLayer {
  weights: readonly number[] | Float64Array;
  bias: number;
}

/** The two yardsticks of a renormalization, in the unit of the series. */
export interface YardstickChange {
  oldCenter: number;
  oldScale: number;
  newCenter: number;
  newScale: number;
}

/** A layer corrected, by what the renormalized series is to it. */
export interface LinearCorrection {
  /** The series is what the layer predicts, normalized: its denormalized predictions stay the same for every input. */
  target(layer: LinearLayer): { weights: Float64Array; bias: number };
  /** The series, normalized, is `input[index]` of the layer: its outputs stay the same for every value of the series. */
  input(layer: LinearLayer, index: number): { weights: Float64Array; bias: number };
}

/**
 * Keeps what a linear model has learnt over a renormalization: output before equals output after, in the units that count.
 *
 * Target: w′ = w·σ/σ′, b′ = (σ·b + μ − μ′)/σ′, so that σ′(w′x + b′) + μ′ = σ(wx + b) + μ (PopArt, van Hasselt et al. 2016).
 * Input: w′ = w·σ′/σ, b′ = b + w·(μ′ − μ)/σ for the weight of that input, the others stay.
 * Of a layer of more outputs each is corrected alike. A flat yardstick (scale 0) has no correction.
 *
 * @param event a renormalization: `renormalized` of an operator, a message of the pipeline's events
 * @throws InvalidOptionError unless both scales are positive and both centers finite; for an index that is not one of the layer
 */
export function correctLinear(event: YardstickChange): LinearCorrection {
  const { oldCenter, oldScale, newCenter, newScale } = event;
  for (const [option, given] of Object.entries({ oldScale, newScale }))
    if (!(given > 0 && given < Number.POSITIVE_INFINITY))
      throw new InvalidOptionError(`event.${option}`, given, 'a finite number > 0');
  for (const [option, given] of Object.entries({ oldCenter, newCenter }))
    if (!Number.isFinite(given)) throw new InvalidOptionError(`event.${option}`, given, 'a finite number');
  return {
    target({ weights, bias }) {
      return {
        weights: Float64Array.from(weights, (weight) => (weight * oldScale) / newScale),
        bias: (oldScale * bias + (oldCenter - newCenter)) / newScale,
      };
    },
    input({ weights, bias }, index) {
      const weight = weights[index];
      if (weight === undefined)
        throw new InvalidOptionError('index', index, `the index of one of ${weights.length} inputs`);
      const corrected = Float64Array.from(weights);
      corrected[index] = (weight * newScale) / oldScale;
      return { weights: corrected, bias: bias + (weight * (newCenter - oldCenter)) / oldScale };
    },
  };
}
