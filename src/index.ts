// Operators
export { type AdaptiveNormalizeOptions, adaptiveNormalize } from '../operators/adaptive-normalize.js';
export { type AlignDomainOptions, type Aligned, alignDomain } from '../operators/align-domain.js';
export { type BatchNormalized, type BatchNormalizeOptions, batchNormalize } from '../operators/batch-normalize.js';
export { type ChannelNormalizeOptions, channelNormalize } from '../operators/channel-normalize.js';
export { type DetectDriftOptions, detectDrift } from '../operators/detect-drift.js';
export { type EwmaOptions, type EwmaSummary, ewma } from '../operators/ewma.js';
export { type FrequencyEncodeOptions, frequencyEncode } from '../operators/frequency-encode.js';
export { type HashFeaturesOptions, hashFeatures } from '../operators/hash-features.js';
export { type InnovationScoreOptions, innovationScore } from '../operators/innovation-score.js';
export type { LearnableBatch, LearntBatch } from '../operators/internal/batch-learner.js';
export type { BatchInput, BatchTensor, TensorLike } from '../operators/internal/batch-values.js';
export type { DriftSignal } from '../operators/internal/drift-signal.js';
export type { FeaturesOption, LearnBatchOptions, LearnRecordOptions } from '../operators/internal/learn-options.js';
export type { Learnt } from '../operators/internal/record-learner.js';
export type { BackendChoice } from '../operators/internal/resolve-batch-options.js';
export type { ScoredVector, VectorAccess } from '../operators/internal/score-vectors.js';
export type { EventTime, RecordAccess, Scored } from '../operators/internal/scoring-options.js';
export type { Summarized } from '../operators/internal/summarize-series.js';
export type { VectorInput, VectorOutput } from '../operators/internal/vector-input.js';
export { learnOnline } from '../operators/learn-online.js';
export {
  type AudioChunk,
  type LoudnessNormalized,
  type LoudnessNormalizeOptions,
  loudnessNormalize,
} from '../operators/loudness-normalize.js';
export { type MaxAbsOptions, maxAbs } from '../operators/max-abs.js';
export { type MicroBatchOptions, microBatch } from '../operators/micro-batch.js';
export { type MinMaxOptions, minMax } from '../operators/min-max.js';
export { type Normalized, type NormalizeOptions, normalize } from '../operators/normalize.js';
export {
  type PerImageStandardizationOptions,
  perImageStandardization,
} from '../operators/per-image-standardization.js';
export { type PowerNormalizeOptions, powerNormalize } from '../operators/power-normalize.js';
export { type QuantileNormalizeOptions, quantileNormalize } from '../operators/quantile-normalize.js';
export { type RemoveSeasonOptions, removeSeason } from '../operators/remove-season.js';
export {
  type Renormalized,
  type RenormalizeOnDriftOptions,
  renormalizeOnDrift,
} from '../operators/renormalize-on-drift.js';
export { type RescaleOptions, rescale } from '../operators/rescale.js';
export {
  type ReversibleInstance,
  type ReversibleInstanceNormOptions,
  reversibleInstanceNorm,
} from '../operators/reversible-instance-norm.js';
export { type RobustScaleOptions, robustScale } from '../operators/robust-scale.js';
export { type MomentsSummary, type RunningMomentsOptions, runningMoments } from '../operators/running-moments.js';
export { type RunningQuantileOptions, runningQuantile } from '../operators/running-quantile.js';
export { type SinCosOptions, sinCos } from '../operators/sin-cos.js';
export { type TermWeights, type TextOptions, type TfIdfOptions, tfIdf } from '../operators/tf-idf.js';
export { type TokenIdsOptions, tokenIds } from '../operators/token-ids.js';
export { type UnitNormOptions, type UnitVector, unitNorm } from '../operators/unit-norm.js';
export { type WindowNormalizeOptions, windowNormalize } from '../operators/window-normalize.js';
export { type ZScoreOptions, zScore } from '../operators/z-score.js';
// Advice
export { type AdviseOptions, advise, type CandidateAdvice, type FieldAdvice } from './advise/advise.js';
export {
  type AlarmReport,
  type EvaluateOptions,
  type Evaluation,
  evaluate,
} from './advise/evaluate/evaluate.js';
export type { Label } from './advise/evaluate/labels.js';
export { type Recovery, type RecoveryOptions, recoveryOf } from './advise/evaluate/recovery.js';
export {
  type AlarmScores,
  type AlarmScoringOptions,
  type DriftWindow,
  scoreAlarms,
} from './advise/evaluate/score-alarms.js';
export type { FieldProfile } from './advise/profile/field-profile.js';
export type { SeriesProfile } from './advise/profile/series-profile.js';
export type { Trait, TraitName } from './advise/profile/traits.js';
// Backends
export type { Backend, BackendMemory, BackendName, ResidentBatch } from './backend/backend.js';
export { type ChooseBackendOptions, type CrossoverStore, chooseBackend } from './backend/choose-backend.js';
export type { BackendCounters, RoutedBackend } from './backend/routed-backend.js';
export { type OpenTensorFlowOptions, openTensorFlow } from './backend/tensorflow/open-tensorflow.js';
export { type OpenWebGpuOptions, openWebGpu } from './backend/webgpu/open-webgpu.js';
// Micro-batches
export type { MicroBatch } from './batch/micro-batch.js';
// Drift detectors
export { Adwin, type AdwinOptions } from './drift/adwin.js';
export { createDetector } from './drift/create-detector.js';
export { Cusum, type CusumOptions } from './drift/cusum.js';
export type { Detector } from './drift/detector.js';
export type { DetectorName, DetectorOptions } from './drift/detector-options.js';
export type { EpochEvent } from './drift/epoch-event.js';
export { EwmaChart, type EwmaChartOptions } from './drift/ewma-chart.js';
export { HddmA, type HddmOptions } from './drift/hddm-a.js';
export { HddmW, type HddmWOptions } from './drift/hddm-w.js';
export { JointDetector, type JointOptions } from './drift/joint-detector.js';
export { Kswin, type KswinOptions } from './drift/kswin.js';
export { PageHinkley, type PageHinkleyOptions } from './drift/page-hinkley.js';
export type { Reference } from './drift/reference.js';
export { runLength } from './drift/run-length.js';
export { SelfStarting } from './drift/self-starting.js';
export type { SensorState } from './drift/sensor-state.js';
export { SensorWatch } from './drift/sensor-watch.js';
export { Shewhart, type ShewhartOptions } from './drift/shewhart.js';
// Errors
export {
  BackendLostError,
  BackendUnavailableError,
  CheckpointVersionError,
  ConfigError,
  CorruptCheckpointError,
  DecodeError,
  EngineError,
  IncompatibleStateError,
  InvalidOptionError,
  MissingValueError,
  ModelError,
  OutputClosedError,
  StorageError,
} from './errors.js';
// Learning
export { CovarianceMap } from './learn/align/covariance-map.js';
export type { DomainMap } from './learn/align/domain-map.js';
export { ksDistance } from './learn/align/ks-distance.js';
export { maximumMeanDiscrepancy } from './learn/align/maximum-mean-discrepancy.js';
export { MomentsMap } from './learn/align/moments-map.js';
export { QuantilesMap } from './learn/align/quantiles-map.js';
export {
  correctLinear,
  type LinearCorrection,
  type LinearLayer,
  type YardstickChange,
} from './learn/correct-linear.js';
export type { EarlyStoppingOptions } from './learn/early-stopping.js';
export type { FeatureRows } from './learn/feature-rows.js';
export type { DeselectedBecause, FeatureSelectionOptions } from './learn/feature-watch.js';
export {
  LayersLearner,
  type LayersModelLike,
  type LayersTensor,
  type LayersTensorFlow,
} from './learn/layers-learner.js';
export type { LearnerEvent } from './learn/learner-event.js';
export type { ModelRenormalization } from './learn/learning-loop.js';
export type { LearningRate } from './learn/learning-rate.js';
export { LinearLearner, type LinearLearnerOptions } from './learn/linear-learner.js';
export { LogisticLearner, type LogisticLearnerOptions } from './learn/logistic-learner.js';
export type { BatchModel, ModelPart, OnlineModel, StateModel } from './learn/online-model.js';
export {
  PassiveAggressiveLearner,
  type PassiveAggressiveLearnerOptions,
} from './learn/passive-aggressive-learner.js';
export { type Prequential, PrequentialLoss, type PrequentialLossOptions } from './learn/prequential-loss.js';
export type { LossName } from './learn/record-loss.js';
export type { TargetScaling } from './learn/target-scale.js';
export { LoudnessNormalizer, type LoudnessNormalizerOptions } from './normalize/audio/loudness-normalizer.js';
export type { BatchNormOptions, BatchSemantics } from './normalize/batch/batch-norm-options.js';
export { exportLayerWeights, importLayerWeights } from './normalize/batch/layer-weights.js';
// Options
export type { DriftOptions, OnDrift } from './normalize/drift-options.js';
export type {
  CommonOptions,
  FieldMethod,
  FieldOptions,
  MethodOptions,
  ScalarMethod,
} from './normalize/field-options.js';
export type { Memory } from './normalize/memory.js';
export type { RenormalizationEvent } from './normalize/renormalization-event.js';
export { denormalizeWindow, type WindowScaling } from './normalize/vector/denormalize-window.js';
export type { TensorType } from './normalize/vector/tensor-types.js';
export type { PlainArray, PlainVector } from './normalize/vector/to-plain-value.js';
export type { VectorMethod, VectorOptions } from './normalize/vector/vector-options.js';
export type { MaskedIds, SparseVector } from './normalize/vector/vector-value.js';
// Keyed state
export type { SeriesCounters } from './series/series-counters.js';
export { SeriesTable, type SeriesTableOptions } from './series/series-table.js';
export type { StateColumn } from './series/state-column.js';
export { BandLevels, type BandLevelsOptions } from './stats/audio/band-levels.js';
export { Loudness, type LoudnessOptions } from './stats/audio/loudness.js';
export { SignalLevel } from './stats/audio/signal-level.js';
// Running statistics
export { DecayedExtent } from './stats/decayed-extent.js';
export { DecayedMoments } from './stats/decayed-moments.js';
export { DecayedQuantileSketch } from './stats/decayed-quantile-sketch.js';
export { Extent } from './stats/extent.js';
export { HigherMoments } from './stats/higher-moments.js';
export { Moments } from './stats/moments.js';
export { P2Quantile } from './stats/p2-quantile.js';
export { QuantileSketch } from './stats/quantile-sketch.js';
export { runningColumn } from './stats/running-column.js';
export type {
  Appendable,
  ColumnwiseMoments,
  ExtentStatistic,
  Mergeable,
  MomentsStatistic,
  QuantileStatistic,
  Statistic,
} from './stats/statistic.js';
export { TimeDecayedExtent } from './stats/time-decayed-extent.js';
export { TimeDecayedMoments } from './stats/time-decayed-moments.js';
export { TimeDecayedQuantileSketch } from './stats/time-decayed-quantile-sketch.js';
export { TimeWindowExtent } from './stats/time-window-extent.js';
export { TimeWindowMoments } from './stats/time-window-moments.js';
export { TimeWindowQuantiles } from './stats/time-window-quantiles.js';
export { WindowExtent } from './stats/window-extent.js';
export { WindowMoments } from './stats/window-moments.js';
export { WindowQuantiles } from './stats/window-quantiles.js';
