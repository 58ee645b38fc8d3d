/** How rare a term is: ln((1 + n) / (1 + df)) + 1, ln(1 + n / (1 + df)), or 1. */
export type Idf = 'smooth' | 'keras' | 'none';
/** How much of it there is in a document: times, whether, 1 + ln(times), part of all. */
export type TermFrequency = 'count' | 'binary' | 'sublinear' | 'frequency';
export type WeightNorm = 'l2' | 'l1' | 'none';

/**
 * Inverse document frequency of a term that is in `df` of `n` documents.
 *
 * `smooth`: ln((1 + n) / (1 + df)) + 1, as in scikit-learn's `TfidfTransformer(smooth_idf=True)` and river's `TFIDF`. `keras`:
 * ln(1 + n / (1 + df)), as in Keras's `TextVectorization`.
 */
export function inverseFrequency(idf: Idf, n: number, df: number): number {
  if (idf === 'none') return 1;
  return idf === 'smooth' ? Math.log((1 + n) / (1 + df)) + 1 : Math.log(1 + n / (1 + df));
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
