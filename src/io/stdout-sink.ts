import { OutputClosedError, StorageError } from '../errors.js';
import type { Sink } from './sink.js';

/** Writes to standard output and waits for whoever reads it. */
export class StdoutSink implements Sink {
  readonly name = 'stdout';
  #length = 0;
  #failure: Error | undefined;

  constructor() {
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      this.#failure =
        error.code === 'EPIPE'
          ? new OutputClosedError('nobody reads stdout any more')
          : new StorageError(`stdout could not be written: ${error.message}`);
    });
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#failure) throw this.#failure;
    // The stream may keep the bytes beyond this call, the caller uses them again.
    await new Promise<void>((resolve, reject) => {
      process.stdout.write(bytes.slice(), () => (this.#failure ? reject(this.#failure) : resolve()));
    });
    this.#length += bytes.length;
  }

  async flush(): Promise<number> {
    if (this.#failure) throw this.#failure;
    return this.#length;
  }

  async close(): Promise<void> {}
}
