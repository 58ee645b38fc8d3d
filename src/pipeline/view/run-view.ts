import type { RecordNormalizer } from '../../normalize/record-normalizer.js';
import type { ScoredRenormalization } from '../batch-scorer.js';
import { describeRenormalization } from './describe-renormalization.js';
import { KeySearch } from './key-search.js';
import { PartitionWatch } from './partition-watch.js';
import { SeriesRecorder } from './series-recorder.js';
import type { Happening, SeriesDetail, SeriesPage, SeriesQuery, SeriesView } from './series-view.js';
import { WatchBudget } from './watch-budget.js';

/** Series that are all shown. */
const FEW = 256;
/** ms in which refusals of one kind are told together. */
const TOLD_TOGETHER = 5_000;

/**
 * What a run on Kafka shows of its series: those of the partitions that it holds.
 *
 * Recording costs at most about 1 % of the time, however fast records come: of many series the first so many are recorded, of many
 * records an even choice. Every value is recorded of a series that someone looks at. A search finds any series in the state, and has it
 * recorded.
 */
export class RunView implements SeriesView {
  readonly #recorder: SeriesRecorder;
  readonly #budget: WatchBudget;
  readonly #watches = new Map<string, PartitionWatch>();
  readonly #search: KeySearch;
  readonly #refused = new Map<string, { count: number; toldAt: number; text: string }>();

  constructor(recorder = new SeriesRecorder({ points: 600, maxSeries: 1000 }), budget = new WatchBudget()) {
    this.#recorder = recorder;
    this.#budget = budget;
    this.#search = new KeySearch(() => this.#watches.values());
  }

  /** A partition has come. */
  open(name: string, normalizer: RecordNormalizer): PartitionWatch {
    this.close(name);
    const watch = new PartitionWatch(name, normalizer, this.#recorder, this.#budget);
    this.#watches.set(name, watch);
    return watch;
  }

  /** A partition has gone. */
  close(name: string): void {
    const watch = this.#watches.get(name);
    if (watch === undefined) return;
    this.#watches.delete(name);
    this.#recorder.forget(watch.group);
  }

  note(kind: Happening['kind'], text: string): void {
    this.#recorder.note({ at: Date.now(), kind, text });
  }

  /** Under which a series of a partition is known, whether it is there yet or not. */
  idOf(partition: string, key: string, field: string): string {
    return this.#recorder.idOf({ name: `${partition} ` }, key, field);
  }

  /** Something was done to a series from outside, at `at` of its own time. */
  poked(id: string, at: number, text: string): void {
    this.#recorder.noteOf(id, { at, kind: 'note', text });
  }

  /** A series was renormalized, at `at` of its own time. */
  renormalized(watch: PartitionWatch, change: ScoredRenormalization, at: number): void {
    const { key, field, cause, oldCenter, oldScale, newCenter, newScale } = change;
    const history = this.#recorder.admit(key, field, watch.group);
    history.epoch = Math.max(history.epoch, change.epoch);
    this.#recorder.note(
      {
        at,
        kind: 'renormalization',
        text: describeRenormalization(change),
        change: { cause, oldCenter, oldScale, newCenter, newScale },
      },
      { key, field },
      watch.group,
    );
  }

  /** A record could not be processed. Many of one kind are told as one. */
  refused(kind: string, reason: string, where: string): void {
    const known = this.#refused.get(kind);
    const told = known ?? { count: 0, toldAt: Number.NEGATIVE_INFINITY, text: '' };
    if (known === undefined) this.#refused.set(kind, told);
    told.count++;
    told.text = `${where}: ${reason}`;
    this.#tellRefusals();
  }

  find(query: SeriesQuery): SeriesPage {
    let total = 0;
    for (const { normalizer } of this.#watches.values())
      total += normalizer.table.size * normalizer.fields.filter(({ scorer }) => scorer !== undefined).length;
    const { search = '' } = query;
    const page = this.#recorder.find(query);
    // Of a few, all are shown, those too that have said nothing since the state was restored.
    if (search !== '' || (page.total < total && total <= FEW)) this.#search.begin(search);
    return { ...page, total: Math.max(total, page.total) };
  }

  read(id: string, from?: number): SeriesDetail | undefined {
    const series = this.#recorder.seriesOf(id);
    if (series === undefined) return undefined;
    for (const watch of this.#watches.values()) if (watch.group.clock === series.clock) watch.follow(series.key);
    return this.#recorder.read(id, from);
  }

  happenings(after: number, limit: number): readonly Happening[] {
    this.#tellRefusals();
    return this.#recorder.happenings(after, limit);
  }

  #tellRefusals(): void {
    const now = performance.now();
    for (const told of this.#refused.values()) {
      if (told.count === 0 || now - told.toldAt < TOLD_TOGETHER) continue;
      const others = told.count > 1 ? `, and ${told.count - 1} more of the kind` : '';
      this.note('dead-letter', `${told.text}${others}`);
      told.count = 0;
      told.toldAt = now;
    }
  }
}
