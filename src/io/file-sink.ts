import { type FileHandle, open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { StorageError } from '../errors.js';
import type { Sink } from './sink.js';

const compress = promisify(gzip);

/** Bytes gathered before a member of a gzip file is made of them. */
const MEMBER = 1 << 20;

/**
 * Writes to a file, from its beginning or on from a length that an earlier `flush` gave: what stands beyond is cut off, so that a run which
 * was killed and goes on writes nothing twice. The file can be followed while it grows.
 *
 * A name that ends in `.gz` makes it gzip, in members of about a megabyte: every flush ends one, so that its length is a safe cut.
 */
export class FileSink implements Sink {
  readonly name: string;
  readonly #file: FileHandle;
  readonly #isGzip: boolean;
  #length: number;
  #pending: Uint8Array[] = [];
  #pendingLength = 0;

  private constructor(name: string, file: FileHandle, length: number) {
    this.name = name;
    this.#file = file;
    this.#length = length;
    this.#isGzip = name.endsWith('.gz');
  }

  /** @throws StorageError when the file cannot be opened, or is shorter than `resumeAt` */
  static async open(path: string, resumeAt = 0): Promise<FileSink> {
    try {
      const file = await open(path, resumeAt > 0 ? 'r+' : 'w');
      const { size } = await file.stat();
      if (size < resumeAt) {
        await file.close();
        throw new Error(`it has ${size} bytes, the last run had written ${resumeAt}`);
      }
      if (resumeAt > 0) await file.truncate(resumeAt);
      return new FileSink(path, file, resumeAt);
    } catch (cause) {
      throw new StorageError(`${path} could not be opened for writing: ${(cause as Error).message}`, { cause });
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (!this.#isGzip) return this.#append(bytes);
    this.#pending.push(bytes.slice());
    this.#pendingLength += bytes.length;
    if (this.#pendingLength >= MEMBER) await this.#endMember();
  }

  async flush(): Promise<number> {
    await this.#endMember();
    await this.#guard(() => this.#file.datasync());
    return this.#length;
  }

  async close(): Promise<void> {
    await this.#endMember();
    await this.#guard(() => this.#file.close());
  }

  async #endMember(): Promise<void> {
    if (this.#pendingLength === 0) return;
    const member = await compress(Buffer.concat(this.#pending));
    this.#pending = [];
    this.#pendingLength = 0;
    await this.#append(member);
  }

  async #append(bytes: Uint8Array): Promise<void> {
    await this.#guard(async () => {
      for (let at = 0; at < bytes.length; ) {
        const { bytesWritten } = await this.#file.write(bytes, at, bytes.length - at, this.#length);
        at += bytesWritten;
        this.#length += bytesWritten;
      }
    });
  }

  async #guard<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (cause) {
      throw new StorageError(`${this.name} could not be written: ${(cause as Error).message}`, { cause });
    }
  }
}
