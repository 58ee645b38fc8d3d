export { type AdaptiveNormalizeOptions, adaptiveNormalize } from './adaptive-normalize.js';
export { type AlignDomainOptions, type Aligned, alignDomain } from './align-domain.js';
export { type BatchNormalized, type BatchNormalizeOptions, batchNormalize } from './batch-normalize.js';
export { type ChannelNormalizeOptions, channelNormalize } from './channel-normalize.js';
export { type DetectDriftOptions, detectDrift } from './detect-drift.js';
export { type EwmaOptions, type EwmaSummary, ewma } from './ewma.js';
export { type FrequencyEncodeOptions, frequencyEncode } from './frequency-encode.js';
export { type HashFeaturesOptions, hashFeatures } from './hash-features.js';
export { type InnovationScoreOptions, innovationScore } from './innovation-score.js';
export type { LearnableBatch, LearntBatch } from './internal/batch-learner.js';
export type { BatchInput, BatchTensor, TensorLike } from './internal/batch-values.js';
export type { DriftSignal } from './internal/drift-signal.js';
export type { FeaturesOption, LearnBatchOptions, LearnRecordOptions } from './internal/learn-options.js';
export type { Learnt } from './internal/record-learner.js';
export type { BackendChoice } from './internal/resolve-batch-options.js';
export type { ScoredVector, VectorAccess } from './internal/score-vectors.js';
export type { EventTime, RecordAccess, Scored } from './internal/scoring-options.js';
export type { Summarized } from './internal/summarize-series.js';
export type { VectorInput, VectorOutput } from './internal/vector-input.js';
export { learnOnline } from './learn-online.js';
export {
  type AudioChunk,
  type LoudnessNormalized,
  type LoudnessNormalizeOptions,
  loudnessNormalize,
} from './loudness-normalize.js';
export { type MaxAbsOptions, maxAbs } from './max-abs.js';
export { type MicroBatchOptions, microBatch } from './micro-batch.js';
export { type MinMaxOptions, minMax } from './min-max.js';
export { type Normalized, type NormalizeOptions, normalize } from './normalize.js';
export {
  type PerImageStandardizationOptions,
  perImageStandardization,
} from './per-image-standardization.js';
export { type PowerNormalizeOptions, powerNormalize } from './power-normalize.js';
export { type QuantileNormalizeOptions, quantileNormalize } from './quantile-normalize.js';
export { type RemoveSeasonOptions, removeSeason } from './remove-season.js';
export { type Renormalized, type RenormalizeOnDriftOptions, renormalizeOnDrift } from './renormalize-on-drift.js';
export { type RescaleOptions, rescale } from './rescale.js';
export {
  type ReversibleInstance,
  type ReversibleInstanceNormOptions,
  reversibleInstanceNorm,
} from './reversible-instance-norm.js';
export { type RobustScaleOptions, robustScale } from './robust-scale.js';
export { type MomentsSummary, type RunningMomentsOptions, runningMoments } from './running-moments.js';
export { type RunningQuantileOptions, runningQuantile } from './running-quantile.js';
export { type SinCosOptions, sinCos } from './sin-cos.js';
export { type TermWeights, type TextOptions, type TfIdfOptions, tfIdf } from './tf-idf.js';
export { type TokenIdsOptions, tokenIds } from './token-ids.js';
export { type UnitNormOptions, type UnitVector, unitNorm } from './unit-norm.js';
export { type WindowNormalizeOptions, windowNormalize } from './window-normalize.js';
export { type ZScoreOptions, zScore } from './z-score.js';
