import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FileStore } from '../../checkpoint/file-store.js';
import { FolderLock } from '../../checkpoint/folder-lock.js';
import { CorruptCheckpointError, StorageError } from '../../errors.js';
import type { LogHead, SeriesLog } from '../../series/series-log.js';
import type { SeriesTable } from '../../series/series-table.js';
import { readTable, type TableParts } from '../../series/table-sections.js';
import type { SnapshotKeeper } from './snapshot-keeper.js';

const VERSION = 1;
const EVERY = 300_000;
/** How long to wait for whoever had the partition before, on this machine, to finish its snapshot, in ms. */
const HANDOVER = 2_000;
/** How long a partition that was given back may take to learn where its changelog ends, in ms. */
const LEARN_END = 3_000;
/** Kafka's own: for how long a key that is gone is remembered, in ms. */
const TOMBSTONES = 86_400_000;

/** What a snapshot says of itself, beside the table. */
export interface SnapshotMeta extends LogHead {
  version: number;
  /** The changelog that it stands for the beginning of. */
  topic: string;
  topicId: string;
  partition: number;
  /** Where the rest of the changelog begins. */
  changelogOffset: number;
  /** Next offset of the source. */
  nextOffset: number;
  /** Epoch ms. */
  savedAt: number;
  fields: string;
}

/** A snapshot that may take the place of the beginning of the changelog. */
export interface LoadedSnapshot {
  parts: TableParts;
  meta: SnapshotMeta;
}

/**
 * The state of one partition in a local folder, so that a restart need not read its whole changelog: a table as it was at one commit,
 * and the offset of the changelog from which on entries are to be applied to it. What comes of both is what all entries would make, to
 * the bit; whatever is in doubt about a snapshot, it is not used, and the log says why.
 *
 * A copy is made when a partition is given back with nothing left to commit, and from time to time right when a transaction has gathered
 * its changes, for then the table is what that transaction commits; it is written in the background once that is committed, which also
 * proves that until then nobody else wrote to the changelog. The tail may begin before the copy: entries that it holds already are
 * the same again. Snapshots older than half of what the topic remembers deletions for would bring series back that are gone.
 *
 * Two generations are kept, in a folder that one process at a time works in. No fault of a disk stops a run.
 */
export class Snapshot {
  readonly #owner: SnapshotKeeper;
  readonly #partition: number;
  readonly #topicId: string;
  readonly #longest: number;
  readonly #store: FileStore;
  readonly #lock: FolderLock;
  readonly #hurry = new AbortController();
  #writing: Promise<void> = Promise.resolve();
  #isClosed = false;
  #isAsking = false;
  #isBusy = false;
  /** The latest in the folder that is of this state. */
  #saved: { nextOffset: number; savedAt: number } | undefined;
  #due: number;
  /** An end of the changelog that was asked for, for the next copy. */
  #end: number | undefined;
  #copy: { bytes: Uint8Array; nextOffset: number; savedAt: number } | undefined;

  private constructor(owner: SnapshotKeeper, partition: number, topicId: string, longest: number, lock: FolderLock) {
    this.#owner = owner;
    this.#partition = partition;
    this.#topicId = topicId;
    this.#longest = longest;
    this.#lock = lock;
    this.#store = new FileStore(folderOf(owner, partition));
    this.#due = performance.now() + this.#every;
  }

  /** Undefined where the folder cannot be had. @throws StorageError when another pipeline has it */
  static async open(
    owner: SnapshotKeeper,
    partition: number,
    topicId: string,
    retention: number,
  ): Promise<Snapshot | undefined> {
    const { changelog, log, health } = owner.options;
    const folder = folderOf(owner, partition);
    const purpose = `${changelog.topic} (${topicId})`;
    const until = performance.now() + HANDOVER;
    try {
      for (;;) {
        const taken = await FolderLock.take(folder, purpose);
        if (taken instanceof FolderLock)
          return new Snapshot(owner, partition, topicId, (retention > 0 ? retention : TOMBSTONES) / 2, taken);
        if (taken.purpose !== purpose)
          throw new FolderTakenError(
            `state.path: ${folder} is in use by process ${taken.pid}, for the changelog ${taken.purpose}: give each pipeline a folder of its own`,
          );
        if (performance.now() > until) {
          log.warn('no local snapshots of the partition: another process has its folder', {
            partition,
            folder,
            pid: taken.pid,
          });
          return undefined;
        }
        await sleep(50);
      }
    } catch (error) {
      if (error instanceof FolderTakenError || !(error instanceof StorageError)) throw error;
      health.trouble('snapshot', error.message);
      log.warn('no local snapshots of the partition', { partition, reason: error.message });
      return undefined;
    }
  }

  /** What is in the folder, if it may be used. @throws TransportError */
  async load(): Promise<LoadedSnapshot | undefined> {
    const { log } = this.#owner.options;
    const partition = this.#partition;
    try {
      const loaded = await this.#store.load(readSnapshot, (file, cause) =>
        log.warn('a local snapshot is damaged', { partition, file, reason: (cause as Error).message }),
      );
      if (loaded === undefined) return undefined;
      const reason = await this.#faultOf(loaded.meta);
      if (reason === undefined) return loaded;
      this.refuse(reason);
    } catch (error) {
      if (!(error instanceof CorruptCheckpointError || error instanceof StorageError)) throw error;
      this.refuse(error.message);
    }
    return undefined;
  }

  /** What was loaded is the partition's state, with a tail of so many entries. */
  accept({ meta: { nextOffset, savedAt } }: LoadedSnapshot, entries: number): void {
    if (entries === 0) this.#saved = { nextOffset, savedAt };
  }

  refuse(reason: string): void {
    const { log } = this.#owner.options;
    log.warn('the local snapshot is not used: the whole changelog is read', { partition: this.#partition, reason });
  }

  /** To be called when a transaction has gathered all changes, and nothing was scored beyond `nextOffset`. */
  gathered(log: SeriesLog, table: SeriesTable, nextOffset: number): void {
    if (this.#end === undefined || this.#owner.isBusy || this.#isClosed) return;
    this.#setBusy(true);
    const meta = this.#describe(log, this.#end, nextOffset);
    this.#end = undefined;
    this.#copy = { bytes: table.toBytes(meta), nextOffset, savedAt: meta.savedAt };
  }

  /** To be called when the source was committed up to `nextOffset`. */
  committed(nextOffset: number): void {
    const copy = this.#copy;
    if (copy !== undefined && copy.nextOffset <= nextOffset) {
      this.#copy = undefined;
      this.#owner.add(this.#write([copy.bytes], copy).finally(() => this.#setBusy(false)));
      return;
    }
    if (performance.now() < this.#due || this.#end !== undefined || this.#isAsking || this.#isClosed) return;
    this.#isAsking = true;
    const { admin, changelog } = this.#owner.options;
    const at = { topic: changelog.topic, partition: this.#partition };
    admin
      .offset(at, 'latest', 'read_committed')
      .then((end) => {
        if (!this.#isClosed) this.#end = end;
      })
      .catch(() => {}) // asked again after the next commit
      .finally(() => {
        this.#isAsking = false;
      });
  }

  /** The partition was given back with everything committed up to `nextOffset`: its table does not change any more. */
  give(log: SeriesLog, table: SeriesTable, nextOffset: number): void {
    this.#owner.add(this.#give(log, table, nextOffset));
  }

  /** The partition went otherwise. */
  drop(): void {
    this.#owner.add(this.#close());
  }

  /** The partition has come again: what is not being written yet is not worth the wait. */
  hurry(): void {
    this.#hurry.abort();
  }

  async #give(series: SeriesLog, table: SeriesTable, nextOffset: number): Promise<void> {
    const { changelog, log } = this.#owner.options;
    const saved = this.#saved;
    const isThere = saved?.nextOffset === nextOffset && Date.now() - saved.savedAt < this.#every;
    this.#stop();
    if (!isThere) {
      const signal = AbortSignal.any([this.#hurry.signal, AbortSignal.timeout(LEARN_END)]);
      const tooLate = new Promise<undefined>((resolve) => {
        if (signal.aborted) resolve(undefined);
        else signal.addEventListener('abort', () => resolve(undefined), { once: true });
      });
      const asked = changelog.endAt(this.#partition, nextOffset, signal).catch(() => undefined);
      const end = await Promise.race([asked, tooLate]);
      if (end === undefined)
        log.info('no local snapshot of a partition that was given back: its changelog could not be looked at in time', {
          partition: this.#partition,
        });
      else {
        const meta = this.#describe(series, end, nextOffset);
        await this.#write(table.toChunks(meta), meta);
      }
    }
    await this.#close();
  }

  #stop(): void {
    this.#isClosed = true;
    this.#copy = undefined;
    this.#end = undefined;
    this.#setBusy(false);
  }

  async #close(): Promise<void> {
    this.#stop();
    await this.#writing;
    await this.#lock.release();
  }

  #setBusy(isBusy: boolean): void {
    if (this.#isBusy === isBusy) return;
    this.#isBusy = isBusy;
    this.#owner.isBusy = isBusy;
  }

  get #every(): number {
    return this.#owner.options.every ?? EVERY;
  }

  #describe(log: SeriesLog, changelogOffset: number, nextOffset: number): SnapshotMeta {
    const { changelog, fields } = this.#owner.options;
    return {
      version: VERSION,
      topic: changelog.topic,
      topicId: this.#topicId,
      partition: this.#partition,
      changelogOffset,
      nextOffset,
      savedAt: Date.now(),
      fields,
      ...log.head,
    };
  }

  #write(chunks: Iterable<Uint8Array>, saved: { nextOffset: number; savedAt: number }): Promise<void> {
    const { log, health } = this.#owner.options;
    const partition = this.#partition;
    this.#writing = this.#writing.then(async () => {
      const began = performance.now();
      this.#due = began + this.#every;
      try {
        await this.#store.save(chunks);
        this.#saved = { nextOffset: saved.nextOffset, savedAt: saved.savedAt };
        health.clear('snapshot');
        const seconds = Number(((performance.now() - began) / 1000).toFixed(3));
        log.info('local snapshot saved', { partition, offset: saved.nextOffset, seconds });
      } catch (error) {
        const { message } = error as Error;
        health.trouble('snapshot', message);
        log.warn('the local snapshot could not be saved; the one before is kept', { partition, reason: message });
      }
    });
    return this.#writing;
  }

  async #faultOf(meta: SnapshotMeta): Promise<string | undefined> {
    const { admin, changelog, fields } = this.#owner.options;
    const at = { topic: changelog.topic, partition: this.#partition };
    if (meta.topic !== at.topic || meta.partition !== at.partition || meta.topicId !== this.#topicId)
      return 'it is of another topic';
    if (meta.fields !== fields) return 'fields are configured otherwise since';
    const age = Date.now() - meta.savedAt;
    if (!(age >= 0 && age < this.#longest))
      return `it is ${Math.round(age / 1000)} s old: deletions since may not be remembered`;
    const [first, end] = await Promise.all([
      admin.offset(at, 'earliest'),
      admin.offset(at, 'latest', 'read_committed'),
    ]);
    if (meta.changelogOffset < first || meta.changelogOffset > end)
      return `it goes on at offset ${meta.changelogOffset} of the changelog, which holds ${first} to ${end}`;
    return undefined;
  }
}

/** The folder of a partition's snapshots belongs to another pipeline. */
class FolderTakenError extends StorageError {}

function folderOf({ options: { path, changelog } }: SnapshotKeeper, partition: number): string {
  return join(path, `${changelog.topic}-${partition}`);
}

/** @throws CorruptCheckpointError CheckpointVersionError */
function readSnapshot(bytes: Uint8Array): LoadedSnapshot {
  const parts = readTable(bytes);
  const meta = parts.meta as Partial<SnapshotMeta> | null | undefined;
  const isTime = (time: unknown): boolean => time === null || Number.isFinite(time);
  const isWhole =
    meta?.version === VERSION &&
    Number.isSafeInteger(meta.changelogOffset) &&
    Number.isSafeInteger(meta.nextOffset) &&
    Number.isFinite(meta.savedAt) &&
    isTime(meta.clock?.now) &&
    isTime(meta.clock?.began) &&
    Array.isArray(meta.layouts) &&
    meta.layouts.every((each) => Array.isArray(each) && Number.isSafeInteger(each[0]) && typeof each[1] === 'string');
  if (!isWhole) throw new CorruptCheckpointError('it does not say what it is a snapshot of');
  return { parts, meta: meta as SnapshotMeta };
}
