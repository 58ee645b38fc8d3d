import { InvalidOptionError } from '../../errors.js';
import { Counter } from './counter.js';
import { Gauge } from './gauge.js';
import { Histogram } from './histogram.js';
import { Labelled } from './labelled.js';
import type { AcrossWorkers, MetricSamples, MetricSnapshot, Sample } from './metric-snapshot.js';

export interface LabelOptions<Names extends readonly string[]> {
  labelNames: Names;
  /** Combinations of label values that are told apart; the rest is counted as `other`. @defaultValue 100 */
  limit?: number;
}

export interface GaugeOptions {
  /** What becomes of it when workers are shown as one. @defaultValue 'sum' */
  across?: AcrossWorkers;
}

const DEFAULT_LIMIT = 100;

interface Entry {
  readonly about: Omit<MetricSamples, 'samples'>;
  readonly samples: () => Sample[];
}

/** The metrics of one process. Names and label names are checked here, once; counting is then a store into a typed array. */
export class MetricSet {
  readonly #entries = new Map<string, Entry>();
  readonly #collectors = new Set<() => void>();

  /** @throws InvalidOptionError when the name is taken, is none, or does not end in `_total` */
  counter(name: string, help: string): Counter;
  counter<const Names extends readonly string[]>(
    name: string,
    help: string,
    labels: LabelOptions<Names>,
  ): Labelled<Counter, Names>;
  counter(name: string, help: string, labels?: LabelOptions<readonly string[]>): Counter | Labelled<Counter> {
    if (!name.endsWith('_total')) throw new InvalidOptionError('name', name, 'a counter name that ends in _total');
    return this.#register({ name, help, type: 'counter', across: 'sum' }, () => new Counter(), labels);
  }

  /** @throws InvalidOptionError when the name is taken or is none */
  gauge(name: string, help: string, options?: GaugeOptions): Gauge;
  gauge<const Names extends readonly string[]>(
    name: string,
    help: string,
    options: GaugeOptions & LabelOptions<Names>,
  ): Labelled<Gauge, Names>;
  gauge(
    name: string,
    help: string,
    options: GaugeOptions & Partial<LabelOptions<readonly string[]>> = {},
  ): Gauge | Labelled<Gauge> {
    const { across = 'sum', labelNames, limit = DEFAULT_LIMIT } = options;
    const labels = labelNames && { labelNames, limit };
    return this.#register({ name, help, type: 'gauge', across }, () => new Gauge(), labels);
  }

  /**
   * @param bounds upper bounds of the buckets in the metric's unit, growing, finite
   * @throws InvalidOptionError when the name is taken or is none, or the bounds do not grow
   */
  histogram(name: string, help: string, bounds: readonly number[]): Histogram {
    if (bounds.length === 0 || !bounds.every((x, i) => Number.isFinite(x) && (i === 0 || x > bounds[i - 1]!)))
      throw new InvalidOptionError('bounds', bounds, 'growing finite numbers');
    const shared = Float64Array.from(bounds);
    const about = { name, help, type: 'histogram', across: 'sum', bounds: [...bounds] } as const;
    return this.#register(about, () => new Histogram(shared)) as Histogram;
  }

  /** Runs `collect` before each snapshot, for what is known only when asked; answers how to end that. */
  onCollect(collect: () => void): () => void {
    this.#collectors.add(collect);
    return () => this.#collectors.delete(collect);
  }

  /** Everything as it is now; `worker` names this process where several are shown as one. */
  snapshot(worker?: string): MetricSnapshot {
    for (const collect of this.#collectors) {
      try {
        collect();
      } catch {
        // One part's fault must not take all metrics from the operator; its own are then those of the last time.
      }
    }
    const metrics = [...this.#entries.values()].map(({ about, samples }) => ({ ...about, samples: samples() }));
    return { ...(worker !== undefined && { worker }), metrics };
  }

  #register<Child extends Counter | Gauge | Histogram>(
    about: Omit<MetricSamples, 'samples' | 'labelNames'>,
    make: () => Child,
    labels?: LabelOptions<readonly string[]>,
  ): Child | Labelled<Child> {
    const { name } = about;
    const { labelNames = [], limit = DEFAULT_LIMIT } = labels ?? {};
    if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new InvalidOptionError('name', name, 'lower-case words joined by _');
    if (this.#entries.has(name)) throw new InvalidOptionError('name', name, 'a name that is not taken');
    for (const label of labelNames)
      if (!/^[a-z][a-z0-9_]*$/.test(label) || label === 'le' || label === 'worker')
        throw new InvalidOptionError('labelNames', label, 'lower-case words joined by _, not le or worker');
    if (labels === undefined) {
      const child = make();
      this.#entries.set(name, { about: { ...about, labelNames }, samples: () => [child.sample([])] });
      return child;
    }
    const family = new Labelled<Child>(labelNames, make, limit);
    this.#entries.set(name, { about: { ...about, labelNames }, samples: () => family.samples() });
    return family;
  }
}
