import {
  type AcrossWorkers,
  fromSampleValue,
  type MetricSamples,
  type MetricSnapshot,
  type Sample,
  toSampleValue,
} from './metric-snapshot.js';
import { sampleKey } from './sample-key.js';

/**
 * The metrics of several processes as one.
 *
 * Counters and histograms are summed, gauges as their `across` says; those that are shown each by itself get a label `worker`. Two
 * histograms of one name but other bounds are not the same metric: the first is kept (workers run one program, so it does not happen).
 * Sums are exact up to rounding; of any order of counts below 2^53, exact.
 */
export function mergeSnapshots(snapshots: readonly MetricSnapshot[]): MetricSnapshot {
  const merged = new Map<string, { about: MetricSamples; samples: Map<string, Sample> }>();
  for (const { worker, metrics } of snapshots)
    for (const metric of metrics) {
      const isEach = metric.across === 'worker' && metric.type === 'gauge';
      let entry = merged.get(metric.name);
      if (entry === undefined) {
        const isLabelled = isEach && snapshots.some((snapshot) => snapshot.worker !== undefined);
        const labelNames = isLabelled ? [...metric.labelNames, 'worker'] : metric.labelNames;
        entry = { about: { ...metric, labelNames }, samples: new Map() };
        merged.set(metric.name, entry);
      }
      if (entry.about.type !== metric.type || `${entry.about.bounds}` !== `${metric.bounds}`) continue;
      for (const sample of metric.samples) {
        const isNamed = entry.about.labelNames.length > sample.labels.length;
        const labels = isNamed ? [...sample.labels, worker ?? ''] : sample.labels;
        const key = sampleKey(labels);
        const before = entry.samples.get(key);
        entry.samples.set(key, before === undefined ? { ...sample, labels } : join(before, sample, metric.across));
      }
    }
  return { metrics: [...merged.values()].map(({ about, samples }) => ({ ...about, samples: [...samples.values()] })) };
}

/** What is left of a process that has ended: its counts, which must not fall when it is gone, and none of its gauges. */
export function countsOf({ metrics }: MetricSnapshot): MetricSnapshot {
  return { metrics: metrics.filter(({ type }) => type !== 'gauge') };
}

function join(a: Sample, b: Sample, across: AcrossWorkers): Sample {
  const { labels } = a;
  if (a.counts !== undefined && b.counts !== undefined)
    return {
      labels,
      counts: a.counts.map((count, i) => count + b.counts![i]!),
      sum: toSampleValue(fromSampleValue(a.sum ?? 0) + fromSampleValue(b.sum ?? 0)),
    };
  const x = fromSampleValue(a.value ?? 0);
  const y = fromSampleValue(b.value ?? 0);
  if (across === 'sum') return { labels, value: toSampleValue(x + y) };
  if (across === 'worker') return { labels, value: toSampleValue(y) }; // the same worker again: what it says last
  return { labels, value: toSampleValue(across === 'max' ? Math.max(x, y) : Math.min(x, y)) };
}
