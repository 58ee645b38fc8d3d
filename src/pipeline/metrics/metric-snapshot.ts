/** A number as JSON can carry it: what is not finite is a word, the one of the Prometheus text format. */
export type SampleValue = number | 'NaN' | '+Inf' | '-Inf';

/** One labelled value of a metric: of a counter or a gauge its `value`, of a histogram all but that. */
export interface Sample {
  /** One value for each of the metric's label names, in their order. */
  readonly labels: readonly string[];
  readonly value?: SampleValue;
  /** Observations in each bucket by itself (not cumulated); the last is above every bound. */
  readonly counts?: readonly number[];
  /** Sum of all observations, in the metric's unit. */
  readonly sum?: SampleValue;
}

/**
 * What becomes of a gauge when workers are shown as one: the sum of theirs, the largest, the smallest, or each by itself with a label
 * `worker`. Counters and histograms are always summed.
 */
export type AcrossWorkers = 'sum' | 'max' | 'min' | 'worker';

export interface MetricSamples {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labelNames: readonly string[];
  readonly across: AcrossWorkers;
  /** Upper bounds of a histogram's buckets, growing, without infinity. */
  readonly bounds?: readonly number[];
  readonly samples: readonly Sample[];
}

/** All metrics of one process at one moment: plain JSON, to be sent to another process or written out. */
export interface MetricSnapshot {
  /** Whose they are, where several processes are shown as one. */
  readonly worker?: string;
  readonly metrics: readonly MetricSamples[];
}

/** A number for JSON. */
export function toSampleValue(x: number): SampleValue {
  if (Number.isFinite(x)) return x;
  return Number.isNaN(x) ? 'NaN' : x > 0 ? '+Inf' : '-Inf';
}

/** The number again. */
export function fromSampleValue(value: SampleValue): number {
  if (typeof value === 'number') return value;
  return value === '+Inf' ? Number.POSITIVE_INFINITY : value === '-Inf' ? Number.NEGATIVE_INFINITY : Number.NaN;
}
