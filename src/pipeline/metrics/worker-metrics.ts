import { countsOf, mergeSnapshots } from './merge-snapshots.js';
import type { MetricSnapshot } from './metric-snapshot.js';

/**
 * The metrics of worker processes, seen from the one that keeps them.
 *
 * A worker that ends leaves its counts behind: a sum that fell at each restart would be read as a counter that was reset, and everything
 * that the other workers counted would be counted again. What it counted after its last report is not known.
 */
export class WorkerMetrics {
  readonly #latest = new Map<string, MetricSnapshot>();
  #ended: MetricSnapshot = { metrics: [] };

  /** Takes a worker's report, which replaces its last one. */
  update(worker: string, snapshot: MetricSnapshot): void {
    this.#latest.set(worker, { ...snapshot, worker });
  }

  /** A worker has ended; one that is started in its place begins at zero. */
  ended(worker: string): void {
    const last = this.#latest.get(worker);
    if (last === undefined) return;
    this.#latest.delete(worker);
    this.#ended = mergeSnapshots([this.#ended, countsOf(last)]);
  }

  /** What there is to be shown, for `mergeSnapshots` or `renderPrometheus`. */
  snapshots(): MetricSnapshot[] {
    return [...this.#latest.values(), this.#ended];
  }
}
