import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** A small text that can be had again: kept in a file, whole or not at all. */
export class CacheFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** The file of this name in the user's cache: `$XDG_CACHE_HOME/streamnorm`, else `~/.cache/streamnorm`. */
  static named(name: string): CacheFile {
    return new CacheFile(join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'streamnorm', name));
  }

  /** What was written last; undefined where nothing was. */
  async read(): Promise<string | undefined> {
    try {
      return await readFile(this.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async write(text: string): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true });
    const partial = `${this.path}.${process.pid}`;
    try {
      await writeFile(partial, text);
      await rename(partial, this.path);
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
  }
}
