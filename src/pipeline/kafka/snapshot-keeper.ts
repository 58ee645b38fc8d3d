import type { ChangelogStore } from '../../kafka/changelog-store.js';
import type { KafkaAdmin } from '../../kafka/port.js';
import type { Health } from '../metrics/health.js';
import type { RunLog } from '../run-log.js';

export interface SnapshotsOptions {
  /** Folder that has a folder for each partition. */
  path: string;
  admin: Pick<KafkaAdmin, 'describeTopic' | 'offset'>;
  changelog: Pick<ChangelogStore, 'topic' | 'endAt'>;
  /** How fields are normalized, in a text: a snapshot of another text is not used. */
  fields: string;
  log: RunLog;
  health: Health;
  /** Milliseconds between snapshots of a partition that is worked on. @defaultValue 300_000 */
  every?: number;
}

/** What a snapshot needs of whoever keeps all of them. */
export interface SnapshotKeeper {
  readonly options: SnapshotsOptions;
  /** Whether one is being copied and written. */
  isBusy: boolean;
  /** Takes note of what goes on in the background, and never fails. */
  add(work: Promise<void>): void;
}
