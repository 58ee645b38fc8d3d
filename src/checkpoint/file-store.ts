import { constants, type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CorruptCheckpointError, StorageError } from '../errors.js';
import type { CheckpointStore } from './store.js';

/** Pieces below this are gathered before they are written. */
const GATHER = 1 << 20;

/** Bytes of one read. */
const READ_AT_ONCE = 1 << 26;

/**
 * Keeps two generations of checkpoints in a folder: `current` and `previous`.
 *
 * A checkpoint is written to a file of its own, forced to the disk, and takes its place by rename, the folder being forced too: whatever
 * is killed when, one whole checkpoint is there. Files are readable by their owner only (0600 in 0700).
 */
export class FileStore implements CheckpointStore {
  readonly folder: string;
  readonly #current: string;
  readonly #previous: string;
  readonly #next: string;
  /** Whether `load` found `current` damaged: it must not take the place of a `previous` that is whole. */
  #isCurrentDamaged = false;

  constructor(folder: string) {
    this.folder = folder;
    this.#current = join(folder, 'current.ckpt');
    this.#previous = join(folder, 'previous.ckpt');
    this.#next = join(folder, 'next.ckpt');
  }

  /** @throws StorageError naming the file, the old checkpoints being intact */
  async save(chunks: Iterable<Uint8Array>): Promise<void> {
    const next = this.#next;
    let isWritten = false;
    try {
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      const file = await open(next, 'w', 0o600);
      try {
        await writeAll(file, chunks);
        await file.sync();
      } finally {
        await file.close();
      }
      isWritten = true;
      if (!this.#isCurrentDamaged) await renameIfThere(this.#current, this.#previous);
      await rename(next, this.#current);
      this.#isCurrentDamaged = false;
      await syncFolder(this.folder);
    } catch (cause) {
      if (!isWritten) await rm(next, { force: true }).catch(() => {}); // what is left of it must not fill the disk
      throw new StorageError(`checkpoint ${next} could not be written: ${(cause as Error).message}`, { cause });
    }
  }

  async load<T>(
    read: (bytes: Uint8Array) => T,
    onDamaged?: (what: string, cause: unknown) => void,
  ): Promise<T | undefined> {
    const faults: string[] = [];
    this.#isCurrentDamaged = false;
    for (const path of [this.#current, this.#next, this.#previous]) {
      // Where `current` is there, `next` is what an unfinished save left; else it was stopped between the two renames.
      if (path === this.#next && (await isThere(this.#current))) continue;
      const bytes = await readIfThere(path);
      if (bytes === undefined) continue;
      try {
        return read(bytes);
      } catch (cause) {
        if (path === this.#next) continue; // an unfinished save is no checkpoint, and no fault
        if (path === this.#current) this.#isCurrentDamaged = true;
        faults.push(`${path}: ${(cause as Error).message}`);
        onDamaged?.(path, cause);
      }
    }
    if (faults.length > 0) throw new CorruptCheckpointError(`no checkpoint can be read: ${faults.join('; ')}`);
    return undefined;
  }
}

async function writeAll(file: FileHandle, chunks: Iterable<Uint8Array>): Promise<void> {
  let gathered: Uint8Array[] = [];
  let size = 0;
  const flush = async () => {
    for (let pending = gathered; pending.length > 0; ) {
      const { bytesWritten } = await file.writev(pending);
      pending = withoutFirst(pending, bytesWritten);
    }
    gathered = [];
    size = 0;
  };
  for (const chunk of chunks) {
    if (chunk.length === 0) continue;
    gathered.push(chunk);
    size += chunk.length;
    if (size >= GATHER || gathered.length === 512) await flush();
  }
  await flush();
}

/** What is left of `chunks` after `count` bytes. */
function withoutFirst(chunks: readonly Uint8Array[], count: number): Uint8Array[] {
  let skipped = count;
  const rest: Uint8Array[] = [];
  for (const chunk of chunks) {
    if (skipped < chunk.length) rest.push(chunk.subarray(skipped));
    skipped = Math.max(0, skipped - chunk.length);
  }
  return rest;
}

async function renameIfThere(from: string, to: string): Promise<void> {
  await rename(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

/** Not `readFile`, which takes 2 GiB at most. */
async function readAll(file: FileHandle): Promise<Uint8Array> {
  const { buffer } = Buffer.allocUnsafeSlow((await file.stat()).size); // not zeroed, and not part of a pool
  const bytes = new Uint8Array(buffer);
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, at, Math.min(bytes.length - at, READ_AT_ONCE), at);
    if (bytesRead === 0) return bytes.subarray(0, at); // it was cut meanwhile
    at += bytesRead;
  }
  return bytes;
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      return await readAll(file);
    } finally {
      await file.close();
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new StorageError(`checkpoint ${path} could not be read: ${(cause as Error).message}`, { cause });
  }
}

/** Makes a rename survive the loss of power. Platforms that cannot open folders (Windows) do not need it. */
async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle;
  try {
    handle = await open(folder, constants.O_RDONLY);
  } catch {
    return;
  }
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
