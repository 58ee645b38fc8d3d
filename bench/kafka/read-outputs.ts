import type { KafkaClient } from '../../src/kafka/port.js';
import { partitions } from './workload.js';

/** What a sink holds, in the order of its partitions: committed records only. */
export interface Outputs {
  /** Records in all partitions. */
  count: number;
  /** By partition: the offset of each record. */
  readonly offsets: Float64Array[];
  /** By partition: the number (`seq`) of each record. */
  readonly seqs: Int32Array[];
  /** By partition: three values, three scores (NaN for null) and three epochs of each record. */
  readonly columns: Float64Array[];
}

interface Output {
  seq: number;
  temperature: number;
  vibration: number;
  pressure: number;
  normalized: Record<string, number | null>;
  epoch: Record<string, number>;
}

/** Reads all of a sink, with the parser of the platform: nothing of the engine's own reading of JSON is relied on. */
export async function readOutputs(client: KafkaClient, topic: string): Promise<Outputs> {
  const outputs: Outputs = { count: 0, offsets: [], seqs: [], columns: [] };
  const decoder = new TextDecoder();
  for (let partition = 0; partition < partitions; partition++) {
    const offsets: number[] = [];
    const seqs: number[] = [];
    const columns: number[] = [];
    for await (const { records, fault } of client.readPartition({ topic, partition })) {
      if (fault !== null) throw fault;
      for (let i = 0; i < records.length; i++) {
        const { valueStart, valueEnd } = records;
        const text = decoder.decode(records.bytes.subarray(valueStart[i]!, valueEnd[i]!));
        const { seq, temperature, vibration, pressure, normalized, epoch } = JSON.parse(text) as Output;
        offsets.push(records.offsets[i]!);
        seqs.push(seq);
        columns.push(
          ...[temperature, vibration, pressure],
          ...[normalized.temperature, normalized.vibration, normalized.pressure].map((score) => score ?? Number.NaN),
          ...[epoch.temperature!, epoch.vibration!, epoch.pressure!],
        );
      }
    }
    outputs.count += seqs.length;
    outputs.offsets.push(Float64Array.from(offsets));
    outputs.seqs.push(Int32Array.from(seqs));
    outputs.columns.push(Float64Array.from(columns));
  }
  return outputs;
}
