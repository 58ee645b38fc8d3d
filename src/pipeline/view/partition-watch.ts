import type { RecordNormalizer } from '../../normalize/record-normalizer.js';
import { isObservation } from '../../stats/is-observation.js';
import type { ScoreWatcher, WatchedField } from './score-watcher.js';
import type { ScoredPoint, SeriesHistory } from './series-history.js';
import type { SeriesGroup, SeriesRecorder } from './series-recorder.js';
import type { WatchBudget } from './watch-budget.js';

/** ms for which a series that was asked for is followed point by point. */
const FOLLOWED_FOR = 5_000;

/**
 * Records some of what is scored in a partition: evenly chosen records, as many as the budget has, and every value of the series that
 * someone looks at.
 */
export class PartitionWatch implements ScoreWatcher {
  readonly group: SeriesGroup;
  readonly normalizer: RecordNormalizer;
  readonly #recorder: SeriesRecorder;
  readonly #budget: WatchBudget;
  /** Histories of the keys that are recorded, in the order of the fields; as long as none is dropped. */
  readonly #histories = new Map<string, (SeriesHistory | undefined)[]>();
  #dropped = 0;
  /** Until when a key is followed. */
  readonly #followed = new Map<string, number>();
  /** The next record that is chosen, and how far apart they are on the average. */
  #next = 0;
  #step = 1;
  #seed = 1;
  /** Fields of a record. */
  #width = 1;
  readonly #point: { -readonly [K in keyof ScoredPoint]: ScoredPoint[K] } = {
    time: 0,
    value: 0,
    normalized: 0,
    center: 0,
    scale: 0,
    count: 0,
    epoch: 0,
  };

  /** @param name of the partition */
  constructor(name: string, normalizer: RecordNormalizer, recorder: SeriesRecorder, budget: WatchBudget) {
    this.group = { name: `${name} `, clock: { now: Number.NEGATIVE_INFINITY } };
    this.normalizer = normalizer;
    this.#recorder = recorder;
    this.#budget = budget;
  }

  /** Someone looks at this series: it is brought up to now, and recorded from now on. */
  follow(key: string): void {
    this.#followed.set(key, this.#budget.time() + FOLLOWED_FOR);
    const slot = this.normalizer.table.find(key);
    if (slot >= 0) this.show(key, slot);
  }

  begin(length: number): boolean {
    const most = this.#budget.open();
    for (const [key, until] of this.#followed) if (until < this.#budget.now) this.#followed.delete(key);
    if (most > 0) {
      this.#step = Math.ceil((length * this.#width) / most);
      this.#next = this.#leap() - 1;
    } else this.#next = length;
    if (this.#dropped !== this.#recorder.dropped) {
      this.#histories.clear();
      this.#dropped = this.#recorder.dropped;
    }
    return most > 0 || this.#followed.size > 0;
  }

  see(i: number, key: string, at: number, fields: readonly WatchedField[]): void {
    // Not only that very one: a record that is bad is not seen.
    const isChosen = i >= this.#next;
    if (isChosen) this.#next = i + this.#leap();
    else if (!this.#followed.has(key)) return;
    if (!this.#budget.take(fields.length, isChosen)) return;
    this.#width = fields.length;
    const known = this.#histories.get(key);
    const histories = known ?? [];
    const point = this.#point;
    const { clock } = this.group;
    // Without a time it is taken to come with the latest.
    point.time = Number.isFinite(at) ? at : Number.isFinite(clock.now) ? clock.now : 0;
    for (let k = 0; k < fields.length; k++) {
      const { column, normalized, field, name } = fields[k]!;
      const value = column.values[i]!;
      if (!isObservation(value)) continue;
      histories[k] ??= this.#recorder.historyOf(key, name, this.group);
      const { scorer } = field;
      point.value = value;
      point.normalized = normalized[i]!;
      point.center = scorer?.center ?? Number.NaN;
      point.scale = scorer?.scale ?? Number.NaN;
      point.count = scorer?.count ?? 0;
      point.epoch = scorer?.epoch ?? 0;
      histories[k]?.add(point);
    }
    if (known === undefined && histories.some((history) => history !== undefined)) this.#histories.set(key, histories);
  }

  /** How far it is to the next: by chance, for series may come round and round in the same order. */
  #leap(): number {
    if (this.#step === 1) return 1;
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0;
    return 1 + Math.floor((this.#seed / 2 ** 32) * (2 * this.#step - 1));
  }

  /** Shows what the state knows of the series of a key, of which perhaps nothing was recorded, or not the latest. */
  show(key: string, slot: number): void {
    for (const { name, scorer, column } of this.normalizer.fields) {
      if (scorer === undefined || column?.pageOf(slot) === undefined) continue;
      column.aim(scorer, slot);
      scorer.normalizer.refresh();
      if (scorer.count > 0) this.#recorder.admit(key, name, this.group).prime(scorer);
    }
  }
}
