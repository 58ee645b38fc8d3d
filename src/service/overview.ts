import type { HealthReport } from '../pipeline/metrics/health.js';
import { histogramQuantile } from '../pipeline/metrics/histogram-quantile.js';
import { mergeSnapshots } from '../pipeline/metrics/merge-snapshots.js';
import { fromSampleValue, type MetricSamples, type MetricSnapshot } from '../pipeline/metrics/metric-snapshot.js';

/** How a run does, in the few numbers that a person looks at first; null: not known, or nothing of the kind. */
export interface Overview {
  readonly phase: string;
  readonly ready: boolean;
  readonly reasons: readonly string[];
  /** Per second, over the last seconds. */
  readonly recordsPerSecond: number | null;
  readonly records: number;
  readonly lag: number | null;
  /** Seconds, over the last seconds. */
  readonly latency50: number | null;
  readonly latency99: number | null;
  readonly series: number;
  readonly stateBytes: number | null;
  /** Of all processes together. */
  readonly memoryBytes: number;
  /** 1 is a core, over the last seconds. */
  readonly cores: number | null;
  readonly deadLetters: number;
  readonly renormalizations: number;
  readonly restarts: number;
  /** Where micro-batches are normalized, each with its share of the batches. */
  readonly backends: Readonly<Record<string, number>>;
}

interface Totals {
  at: number;
  records: number;
  cpu: number;
  latency: readonly number[];
}

/** Readings that rates are taken over. */
const SPAN = 5;

/** Reads the overview from metrics; rates are those between the readings given to it, of which a few are kept. */
export class OverviewMeter {
  readonly #before: Totals[] = [];

  /** @param at ms of a clock that does not jump */
  read(snapshots: readonly MetricSnapshot[], health: HealthReport, at: number): Overview {
    const metrics = new Map(mergeSnapshots(snapshots).metrics.map((metric) => [metric.name, metric]));
    const sum = (name: string) => sumOf(metrics.get(name));
    const latency = metrics.get('streamnorm_latency_seconds');
    const counts = latency?.samples[0]?.counts ?? [];
    const now: Totals = {
      at,
      records: sum('streamnorm_records_total') ?? 0,
      cpu: sum('process_cpu_seconds_total') ?? 0,
      latency: counts,
    };
    const then = this.#before[0];
    this.#before.push(now);
    if (this.#before.length > SPAN) this.#before.shift();
    const seconds = then === undefined ? 0 : (at - then.at) / 1000;
    const rate = (x: number, y: number) => (seconds > 0 ? Math.max(0, (x - y) / seconds) : null);
    const lately = counts.map((count, i) => Math.max(0, count - (then?.latency[i] ?? 0)));
    const quantile = (p: number) => orNull(histogramQuantile(latency?.bounds ?? [], lately, p));
    return {
      phase: health.phase,
      ready: health.ready,
      reasons: health.reasons.map(({ text, worker }) => (worker === undefined ? text : `worker ${worker}: ${text}`)),
      records: now.records,
      recordsPerSecond: then === undefined ? null : rate(now.records, then.records),
      lag: sum('streamnorm_lag_records') ?? null,
      latency50: quantile(0.5),
      latency99: quantile(0.99),
      series: sum('streamnorm_series') ?? 0,
      stateBytes: sum('streamnorm_state_bytes') || null,
      memoryBytes: sum('process_resident_memory_bytes') ?? 0,
      cores: then === undefined ? null : rate(now.cpu, then.cpu),
      deadLetters: sum('streamnorm_dead_letters_total') ?? 0,
      renormalizations: sum('streamnorm_events_total') ?? 0,
      restarts: sum('streamnorm_worker_restarts_total') ?? 0,
      backends: sharesOf(metrics.get('streamnorm_batches_total')),
    };
  }
}

/** Of all samples; undefined where there is none. */
function sumOf(metric: MetricSamples | undefined): number | undefined {
  if (metric === undefined || metric.samples.length === 0) return undefined;
  return metric.samples.reduce((sum, { value = 0 }) => sum + fromSampleValue(value), 0);
}

function sharesOf(metric: MetricSamples | undefined): Record<string, number> {
  const total = sumOf(metric) ?? 0;
  if (metric === undefined || total === 0) return {};
  return Object.fromEntries(
    metric.samples.map(({ labels, value = 0 }) => [labels[0] ?? '', fromSampleValue(value) / total]),
  );
}

const orNull = (x: number) => (Number.isFinite(x) ? x : null);
