import { FileStore } from '../checkpoint/file-store.js';
import type { CheckpointStore } from '../checkpoint/store.js';
import { SeriesTable, type SeriesTableOptions } from '../series/series-table.js';
import type { TextFormat, TextPipelinePlan } from './plan.js';
import type { CsvShape, TextPosition } from './text-source.js';

/** Where a run stands, kept beside the state of its series: what a run that goes on needs. */
export interface RunPosition {
  /** Says which source and sink this is a position in. */
  identity: string;
  position: TextPosition;
  format: TextFormat | undefined;
  csv: CsvShape | undefined;
  /** Columns of a CSV output made of JSON records. */
  layout: { columns: string[]; scored: string[] } | undefined;
  records: number;
  written: number;
  badRecords: number;
  outputLength: number;
  deadLength: number;
}

/** The series of a run, and its place in the source, loaded from and saved to where the plan says. */
export class RunState {
  readonly table: SeriesTable;
  /** Absent: from the beginning. */
  readonly resume: RunPosition | undefined;
  readonly #store: CheckpointStore | undefined;
  readonly #every: number;
  #savedAt: number;

  private constructor(
    table: SeriesTable,
    resume: RunPosition | undefined,
    store: CheckpointStore | undefined,
    every: number,
    now: number,
  ) {
    this.table = table;
    this.resume = resume;
    this.#store = store;
    this.#every = every;
    this.#savedAt = now;
  }

  /** @throws CorruptCheckpointError when there is state and none of it can be read */
  static async open(
    plan: TextPipelinePlan['state'],
    identity: string,
    now: number,
    warn: (message: string) => void,
  ): Promise<RunState> {
    const options: SeriesTableOptions = {
      ...(plan.ttl !== undefined && { ttl: plan.ttl }),
      ...(plan.maxSeries !== undefined && { maxSeries: plan.maxSeries }),
    };
    if (plan.store === 'memory')
      return new RunState(new SeriesTable(options), undefined, undefined, Number.POSITIVE_INFINITY, now);
    const store = new FileStore(plan.path);
    const loaded = await store.load(
      (bytes) => SeriesTable.restore(bytes, options),
      (what, cause) => warn(`${what} is damaged (${(cause as Error).message}); the checkpoint before it is used`),
    );
    const meta = loaded?.meta as RunPosition | undefined;
    if (meta !== undefined && meta.identity !== identity)
      warn(`${plan.path} is of another source or sink: its statistics are kept, the source is read from its beginning`);
    return new RunState(
      loaded?.table ?? new SeriesTable(options),
      meta?.identity === identity ? meta : undefined,
      store,
      plan.checkpointEvery,
      now,
    );
  }

  isDue(now: number): boolean {
    return this.#store !== undefined && now - this.#savedAt >= this.#every;
  }

  async save(position: RunPosition, now: number): Promise<void> {
    await this.#store?.save(this.table.toChunks(position));
    this.#savedAt = now;
  }

  get isKept(): boolean {
    return this.#store !== undefined;
  }
}
