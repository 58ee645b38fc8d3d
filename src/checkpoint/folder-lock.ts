import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StorageError } from '../errors.js';

/** Who holds a folder. */
export interface FolderHolder {
  readonly pid: number;
  /** What it is held for, in the words of whoever took it. */
  readonly purpose: string;
}

interface LockFile extends FolderHolder {
  /** When the process began, as its system tells it; null where it does not. */
  readonly start: string | null;
  /** Of this process alone: another one may have its id some day. */
  readonly token: string;
}

const token = randomUUID();

/**
 * A folder that one process at a time works in: a file `lock` in it names who. What a process left behind that is gone is taken over,
 * even when its id belongs to another one now, where the system tells when a process began (Linux).
 */
export class FolderLock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** The lock, or who has it. @throws StorageError when the file cannot be written */
  static async take(folder: string, purpose: string): Promise<FolderLock | FolderHolder> {
    const path = join(folder, 'lock');
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const own: LockFile = { pid: process.pid, purpose, start: await startOf(process.pid), token };
      for (;;) {
        if (await create(path, JSON.stringify(own))) return new FolderLock(path);
        const holder = await holderOf(path);
        if (holder !== undefined && (await isThere(holder))) return holder;
        await rm(path, { force: true });
      }
    } catch (cause) {
      throw new StorageError(`${path} could not be written: ${(cause as Error).message}`, { cause });
    }
  }

  async release(): Promise<void> {
    if ((await holderOf(this.#path).catch(() => undefined))?.token === token)
      await rm(this.#path, { force: true }).catch(() => {}); // whoever comes next sees that this process is gone
  }
}

async function create(path: string, text: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(text);
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Undefined: nobody, or a file that says nothing, for its writer was killed. */
async function holderOf(path: string): Promise<LockFile | undefined> {
  try {
    const holder = JSON.parse(await readFile(path, 'utf8')) as Partial<LockFile> | null;
    return Number.isSafeInteger(holder?.pid) && holder!.pid! > 0 ? (holder as LockFile) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function isThere({ pid, start, token: other }: LockFile): Promise<boolean> {
  if (pid === process.pid) return other === token;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = await startOf(pid);
  return start === null || now === null || start === now;
}

/** When a process began: the boot that it is of, and the time since then. Null where the system does not tell. */
async function startOf(pid: number): Promise<string | null> {
  try {
    const [boot, stat] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
    ]);
    // The 22nd field; the second, the name in parentheses, may hold anything.
    return `${boot.trim()} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return null;
  }
}
