import { StorageError } from '../../errors.js';
import { ChangelogStore } from '../../kafka/changelog-store.js';
import { clientOf } from '../../kafka/client.js';
import { RecordNormalizer } from '../../normalize/record-normalizer.js';
import { SeriesLog } from '../../series/series-log.js';
import { SeriesTable } from '../../series/series-table.js';
import type { KafkaPipelinePlan } from '../plan.js';
import { RecordModels } from '../record-models.js';

/** What the changelog of a pipeline holds. */
export interface ChangelogContent {
  changelog: string;
  series: number;
  /** Memory that its state takes in a run, in bytes. */
  bytes: number;
  fields: { name: string; learnt: string }[];
  /** Fields whose state was learnt under another configuration, and begins afresh. */
  restarted: string[];
  /** `nextOffset`: where the source goes on; null where nothing was ever written. `entries`: what a restore reads. */
  partitions: { partition: number; series: number; nextOffset: number | null; entries: number }[];
}

/**
 * Reads the changelog of a pipeline, as its partitions are restored, and leaves it as it is: the pipeline may be running.
 *
 * @throws StorageError where there is none @throws ChangelogError @throws TransportError
 */
export async function showChangelog(plan: KafkaPipelinePlan): Promise<ChangelogContent> {
  const { source, state } = plan;
  if (state.store !== 'kafka') throw new StorageError('state.store is memory: nothing is kept');
  const client = clientOf(source.connection);
  try {
    const topic = await client.admin.describeTopic(state.topic);
    if (topic === null)
      throw new StorageError(`there is no changelog ${state.topic} on ${source.connection.brokers.join(', ')}`);
    const changelog = new ChangelogStore({ client, topic: state.topic });
    const content: ChangelogContent = {
      changelog: state.topic,
      series: 0,
      bytes: 0,
      fields: [],
      restarted: [],
      partitions: [],
    };
    const fields = new Map<string, string>();
    const restarted = new Set<string>();
    for (let partition = 0; partition < topic.partitions; partition++) {
      const table = new SeriesTable();
      const engine = new RecordNormalizer({ ...plan.fields, table, hasGroup: plan.record.group !== undefined });
      if (plan.learn) new RecordModels(plan.learn, plan.fields, table); // takes up their columns
      const log = new SeriesLog(table, (name, fingerprint) => engine.columnOf(name, fingerprint));
      const restored = await changelog.restore(partition, { apply: (key, value) => log.apply(key, value) });
      for (const { name, fingerprint } of table.columns) fields.set(name, fingerprint);
      for (const name of log.restarted) restarted.add(name);
      content.series += table.size;
      content.bytes += table.byteLength;
      content.partitions.push({ partition, series: table.size, ...restored });
    }
    content.fields = [...fields].map(([name, learnt]) => ({ name, learnt }));
    content.restarted = [...restarted];
    return content;
  } finally {
    await client.close();
  }
}
