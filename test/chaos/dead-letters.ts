import { settled } from './oracle.js';
import type { PipelineUnderTest } from './pipeline.js';

export interface DeadLetter {
  key: Buffer | null;
  value: Buffer | null;
  /** By name, as text; the last of a name. */
  headers: Map<string, string>;
}

/** What a topic of the pipeline holds for a reader of committed records. */
export async function readTopic({ client }: PipelineUnderTest, topic: string): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  const partitions = (await client.admin.describeTopic(topic))?.partitions ?? 0;
  for (let partition = 0; partition < partitions; partition++) {
    await settled(client, topic, partition);
    for await (const { records } of client.readPartition({ topic, partition }))
      for (let i = 0; i < records.length; i++) {
        const [key, value] = [records.key(i), records.value(i)];
        letters.push({
          key: key && Buffer.from(key),
          value: value && Buffer.from(value),
          headers: new Map(records.headers(i).map(([name, text]) => [name, Buffer.from(text ?? []).toString()])),
        });
      }
  }
  return letters;
}
