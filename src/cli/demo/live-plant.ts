import type { Scored } from '../../../operators/index.js';
import { type Poke, type Reading, SimulatedPlant } from '../../io/simulated-plant.js';
import { createScorer } from '../../normalize/create-scorer.js';
import { resolveField } from '../../normalize/resolve-field.js';
import type { Scorer } from '../../normalize/scorer.js';
import type { RunMetrics } from '../../pipeline/metrics/run-metrics.js';
import { SeriesRecorder } from '../../pipeline/view/series-recorder.js';
import { SeriesTable } from '../../series/series-table.js';
import type { StateColumn } from '../../series/state-column.js';
import type { DemoPlant } from './demo-plant.js';
import { formatValue } from './plant-view.js';

/** Field under which a sensor's readings are scored. */
const FIELD = 'value';

/** Points that are kept of all sensors together, at 40 bytes each. */
const POINTS = 2_000_000;

/** The simulated plant, each sensor scored by `adaptive`, recorded for the page and counted. */
export class LivePlant implements DemoPlant {
  readonly plant: SimulatedPlant;
  readonly view: SeriesRecorder;
  readonly #table = new SeriesTable();
  readonly #scorer: Scorer;
  readonly #column: StateColumn;
  readonly #metrics: RunMetrics;
  readonly #onScored: (scored: Scored<Reading>) => void;

  constructor(
    options: { sensors: number; seed: number },
    metrics: RunMetrics,
    onScored: (scored: Scored<Reading>) => void,
  ) {
    this.plant = new SimulatedPlant(options);
    const { sensors } = options;
    const points = Math.max(60, Math.min(1200, Math.floor(POINTS / sensors)));
    this.view = new SeriesRecorder({ points, maxSeries: Math.max(2000, sensors) });
    const field = resolveField({ method: 'adaptive' });
    this.#scorer = createScorer(field, this.#table.counters);
    this.#column = this.#table.column(FIELD, field.fingerprint, this.#scorer.stride, this.#scorer.growable);
    this.#metrics = metrics;
    this.#onScored = onScored;
    metrics.series.read(() => this.#table.size);
  }

  get names(): readonly string[] {
    return this.plant.names;
  }

  idOf(sensor: string): string {
    return this.view.admit(sensor, FIELD).id;
  }

  poke(sensor: string, what: Poke, at: number): boolean {
    if (!this.plant.poke(sensor, what)) return false;
    this.view.note({ at, kind: 'note', text: `${sensor} was poked: ${what}` }, { key: sensor, field: FIELD });
    return true;
  }

  tick(ts: number): void {
    const began = performance.now();
    let readings = 0;
    for (const reading of this.plant.at(ts)) {
      this.#score(reading);
      readings++;
    }
    const seconds = (performance.now() - began) / 1000;
    this.#metrics.records.add(readings);
    this.#metrics.outputs.add(readings);
    this.#metrics.batchSeconds.observe(seconds);
    this.#metrics.batchRecords.observe(readings);
    this.#metrics.latency.observe(seconds, readings);
  }

  #score(record: Reading): void {
    const { sensor: key, value, ts, unit } = record;
    const scorer = this.#scorer;
    const slot = this.#table.slotOf(key, ts);
    this.#column.aim(scorer, slot);
    const score = scorer.score(value, ts);
    this.#column.settle(scorer, slot);
    const { center, scale, count, epoch } = scorer;
    this.view.observe(key, FIELD, { time: ts, value, normalized: score, center, scale, count, epoch }, unit);
    const normalized = Number.isNaN(score) ? null : score;
    this.#onScored({ record, key, value, normalized, center, scale, count, epoch });
    this.#noteChange(record);
  }

  #noteChange({ sensor: key, ts: at, unit }: Reading): void {
    const change = this.#scorer.normalizer.renormalization;
    if (change === undefined || change.event === 0) return;
    const { cause, oldCenter, oldScale, newCenter, newScale, delay } = change;
    this.#metrics.events.labels(cause).add();
    const [what, from, to] = cause === 'level' ? ['level', oldCenter, newCenter] : ['scale', oldScale, newScale];
    const after = Number.isFinite(delay) ? `, noticed after ${Math.round(delay)} values` : '';
    this.view.note(
      {
        at,
        kind: 'renormalization',
        text: `${key}: ${what} went from ${formatValue(from)} to ${formatValue(to)} ${unit}${after}`,
        change: { cause, oldCenter, oldScale, newCenter, newScale },
      },
      { key, field: FIELD },
    );
  }
}
