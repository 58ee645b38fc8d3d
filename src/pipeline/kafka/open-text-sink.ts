import { stat } from 'node:fs/promises';
import { FileSink } from '../../io/file-sink.js';
import type { Sink } from '../../io/sink.js';
import { StdoutSink } from '../../io/stdout-sink.js';
import type { KafkaSinkPlan, SinkPlan } from '../plan.js';

export interface TextSink {
  /** Gathers output; the bytes may be used again when it returns. */
  append(bytes: Uint8Array): void;
  /** Writes what was gathered, and resolves when it would survive a crash. @throws StorageError @throws OutputClosedError */
  write(): Promise<void>;
  close(): Promise<void>;
}

/** Standard output or a file, for records that come from Kafka. A file is gone on with where it ends. */
export async function openTextSink(plan: Exclude<SinkPlan, KafkaSinkPlan>): Promise<TextSink> {
  const sink: Sink = plan.kind === 'file' ? await openAtEnd(plan.path) : new StdoutSink();
  let gathered: Uint8Array[] = [];
  return {
    append: (bytes) => {
      gathered.push(bytes.slice());
    },
    write: async () => {
      if (gathered.length === 0) return;
      const bytes = Buffer.concat(gathered);
      gathered = [];
      await sink.write(bytes);
      await sink.flush();
    },
    close: () => sink.close(),
  };
}

async function openAtEnd(path: string): Promise<FileSink> {
  const length = await stat(path).then(
    ({ size }) => size,
    () => 0,
  );
  return FileSink.open(path, length);
}
