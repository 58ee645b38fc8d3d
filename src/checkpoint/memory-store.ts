import { CorruptCheckpointError } from '../errors.js';
import type { CheckpointStore } from './store.js';

/** Keeps the last checkpoint in memory: for tests, and for runs that need not outlive their process. */
export class MemoryStore implements CheckpointStore {
  #bytes: Uint8Array | undefined;

  async save(chunks: Iterable<Uint8Array>): Promise<void> {
    const copies = Array.from(chunks, (chunk) => chunk.slice());
    const bytes = new Uint8Array(copies.reduce((length, chunk) => length + chunk.length, 0));
    let at = 0;
    for (const chunk of copies) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    this.#bytes = bytes;
  }

  async load<T>(
    read: (bytes: Uint8Array) => T,
    onDamaged?: (what: string, cause: unknown) => void,
  ): Promise<T | undefined> {
    if (this.#bytes === undefined) return undefined;
    try {
      return read(this.#bytes.slice());
    } catch (cause) {
      onDamaged?.('the checkpoint in memory', cause);
      throw new CorruptCheckpointError('the checkpoint in memory cannot be read', { cause });
    }
  }
}
