import { Snapshot } from './snapshot.js';
import type { SnapshotKeeper, SnapshotsOptions } from './snapshot-keeper.js';

/** The local snapshots of the partitions that a process works on, one `Snapshot` for each time that a partition comes. */
export class Snapshots implements SnapshotKeeper {
  readonly options: SnapshotsOptions;
  /** One partition is copied and written at a time: copies take memory. */
  isBusy = false;
  readonly #underWay = new Set<Promise<void>>();
  readonly #open = new Map<number, Snapshot>();
  #isRefused = false;

  constructor(options: SnapshotsOptions) {
    this.options = options;
  }

  /**
   * The snapshot of a partition that has come and was fenced; undefined where there can be none, which the log says.
   * @throws StorageError when its folder is another pipeline's
   */
  async open(partition: number): Promise<Snapshot | undefined> {
    const { admin, changelog, log } = this.options;
    this.#open.get(partition)?.hurry();
    const topic = await admin.describeTopic(changelog.topic);
    if (topic?.id == null) {
      if (!this.#isRefused)
        log.warn('no local snapshots: the client does not learn the ids of topics, by which a snapshot knows its own', {
          topic: changelog.topic,
        });
      this.#isRefused = true;
      return undefined;
    }
    const snapshot = await Snapshot.open(this, partition, topic.id, Number(topic.settings.get('delete.retention.ms')));
    if (snapshot !== undefined) this.#open.set(partition, snapshot);
    return snapshot;
  }

  /** What goes on in the background, and never fails. */
  add(work: Promise<void>): void {
    this.#underWay.add(work);
    work.finally(() => this.#underWay.delete(work));
  }

  /** Waits for what is being written. */
  async settle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }
}
