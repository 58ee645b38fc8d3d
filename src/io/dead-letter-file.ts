import { FileSink } from './file-sink.js';

/** A record that could not be used, and why. */
export interface DeadRecord {
  file: string;
  line: number;
  reason: string;
  record: Uint8Array;
}

/** Keeps bad records as NDJSON, `{ file, line, reason, record }`; a record that is not UTF-8 stands in `base64` instead. */
export class DeadLetterFile {
  readonly #sink: FileSink;

  private constructor(sink: FileSink) {
    this.#sink = sink;
  }

  /** @throws StorageError */
  static async open(path: string, resumeAt = 0): Promise<DeadLetterFile> {
    return new DeadLetterFile(await FileSink.open(path, resumeAt));
  }

  async write(dead: readonly DeadRecord[]): Promise<void> {
    const lines = dead.map(
      ({ file, line, reason, record }) => `${JSON.stringify({ file, line, reason, ...textOrBase64(record) })}\n`,
    );
    if (lines.length > 0) await this.#sink.write(Buffer.from(lines.join('')));
  }

  /** As `Sink.flush`. */
  flush(): Promise<number> {
    return this.#sink.flush();
  }

  close(): Promise<void> {
    return this.#sink.close();
  }
}

function textOrBase64(bytes: Uint8Array): { record: string } | { base64: string } {
  try {
    return { record: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { base64: Buffer.from(bytes).toString('base64') };
  }
}
