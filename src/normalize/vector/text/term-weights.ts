/** How rare a term is: ln((1 + n) / (1 + df)) + 1, ln(1 + n / (1 + df)), or 1. */
export type Idf = 'smooth' | 'keras' | 'none';
/** How much of it there is in a document: times, whether, 1 + ln(times), part of all. */
export type TermFrequency = 'count' | 'binary' | 'sublinear' | 'frequency';
export type WeightNorm = 'l2' | 'l1' | 'none';

const WHOLE = 1024;
/** ln(1 + k): most terms are in few documents, and a logarithm takes longer than all else that is done to weigh one. */
const LOGARITHMS = Float64Array.from({ length: WHOLE }, (_, k) => Math.log(1 + k));

/**
 * Inverse document frequency of a term that is in `df` of `n` documents.
 *
 * `smooth`: ln((1 + n) / (1 + df)) + 1, as in scikit-learn's `TfidfTransformer(smooth_idf=True)` and river's `TFIDF`, computed as a difference of
 * logarithms. `keras`: ln(1 + n / (1 + df)), as in Keras's `TextVectorization`.
 * @param logarithm ln(1 + n), the same for all terms of a document
 */
export function inverseFrequency(idf: Idf, n: number, df: number, logarithm: number): number {
  if (idf === 'none') return 1;
  if (idf === 'keras') return Math.log(1 + n / (1 + df));
  const whole = df | 0;
  return logarithm - (whole === df && whole < WHOLE ? LOGARITHMS[whole]! : Math.log(1 + df)) + 1;
}

export function termFrequency(tf: TermFrequency, times: number, all: number): number {
  switch (tf) {
    case 'count':
      return times;
    case 'binary':
      return 1;
    case 'sublinear':
      return 1 + Math.log(times);
    case 'frequency':
      return times / all;
  }
}

/** Divides the first `length` weights by their length; leaves a vector of zeros as it is. */
export function normalizeWeights(weights: Float64Array, length: number, norm: WeightNorm): void {
  if (norm === 'none') return;
  let sum = 0;
  for (let k = 0; k < length; k++) sum += norm === 'l2' ? weights[k]! * weights[k]! : Math.abs(weights[k]!);
  if (sum === 0) return;
  const divisor = norm === 'l2' ? Math.sqrt(sum) : sum;
  for (let k = 0; k < length; k++) weights[k] = weights[k]! / divisor;
}
