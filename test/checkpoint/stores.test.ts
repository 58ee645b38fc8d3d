import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileStore } from '../../src/checkpoint/file-store.js';
import { MemoryStore } from '../../src/checkpoint/memory-store.js';
import { SeriesTable } from '../../src/series/series-table.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'streamnorm-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const table = (...keys: string[]): SeriesTable => {
  const made = new SeriesTable();
  for (const key of keys) made.slotOf(key);
  return made;
};
const keysOf = (loaded: SeriesTable | undefined) => loaded && [...loaded.entries()].map(([key]) => key);
const read = (bytes: Uint8Array) => SeriesTable.fromBytes(bytes);

for (const [name, make] of [
  ['FileStore', () => new FileStore(join(folder, 'state'))],
  ['MemoryStore', () => new MemoryStore()],
] as const) {
  describe(name, () => {
    it('has nothing before the first save, then what was saved last', async () => {
      const store = make();
      expect(await store.load(read)).toBeUndefined();
      await store.save(table('a').toChunks());
      await store.save(table('a', 'b').toChunks());
      expect(keysOf(await store.load(read))).toEqual(['a', 'b']);
    });
  });
}

describe('FileStore', () => {
  it('falls back to the generation before when the newest is damaged, and says which', async () => {
    const store = new FileStore(folder);
    await store.save(table('a').toChunks());
    await store.save(table('a', 'b').toChunks());
    truncateSync(join(folder, 'current.ckpt'), 100);
    const damaged: string[] = [];
    expect(keysOf(await store.load(read, (what) => damaged.push(what)))).toEqual(['a']);
    expect(damaged).toEqual([join(folder, 'current.ckpt')]);
  });

  it('survives being stopped anywhere in a save', async () => {
    const store = new FileStore(folder);
    const file = (name: string) => join(folder, `${name}.ckpt`);
    writeFileSync(file('next'), 'the beginning of the first');
    expect(await store.load(read)).toBeUndefined();
    await store.save(table('a').toChunks());
    await store.save(table('b').toChunks());
    const bytes = table('c').toBytes();
    writeFileSync(file('next'), bytes.subarray(0, 30)); // while it was written
    expect(keysOf(await store.load(read))).toEqual(['b']);
    writeFileSync(file('next'), bytes); // before the renames
    expect(keysOf(await store.load(read))).toEqual(['b']);
    renameSync(file('current'), file('previous')); // between them
    expect(keysOf(await store.load(read))).toEqual(['c']);
    truncateSync(file('next'), 30); // and the power was lost
    expect(keysOf(await store.load(read))).toEqual(['b']);
    await store.save(table('d').toChunks());
    expect(readdirSync(folder).sort()).toEqual(['current.ckpt', 'previous.ckpt']);
    expect(keysOf(await store.load(read))).toEqual(['d']);
  });

  it('does not let a damaged checkpoint take the place of a whole one', async () => {
    const store = new FileStore(folder);
    await store.save(table('a').toChunks());
    await store.save(table('b').toChunks());
    writeFileSync(join(folder, 'current.ckpt'), 'damaged');
    expect(keysOf(await store.load(read))).toEqual(['a']);
    await store.save(table('c').toChunks());
    expect(keysOf(read(new Uint8Array(readFileSync(join(folder, 'previous.ckpt')))))).toEqual(['a']);
    await store.save(table('d').toChunks());
    expect(keysOf(read(new Uint8Array(readFileSync(join(folder, 'previous.ckpt')))))).toEqual(['c']);
  });

  it('names every file when none can be read', async () => {
    const store = new FileStore(folder);
    writeFileSync(join(folder, 'current.ckpt'), 'not a checkpoint');
    writeFileSync(join(folder, 'previous.ckpt'), '');
    await expect(store.load(read)).rejects.toMatchObject({
      code: 'CORRUPT_CHECKPOINT',
      message: expect.stringMatching(/current\.ckpt: .*previous\.ckpt: /),
    });
  });

  it('is readable by its owner only', async () => {
    const store = new FileStore(join(folder, 'state'));
    await store.save(table('a').toChunks());
    expect(statSync(join(folder, 'state')).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'state', 'current.ckpt')).mode & 0o777).toBe(0o600);
  });

  it('keeps the old checkpoint, leaves nothing behind and names the file when the disk is full', async (context) => {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk], { stdio: 'ignore' });
    } catch {
      context.skip('a small file system could not be mounted: needs root on Linux');
    }
    try {
      const store = new FileStore(disk);
      await store.save(table('a').toChunks());
      const large = table(...Array.from({ length: 20_000 }, (_, i) => `key-${i}`));
      await expect(store.save(large.toChunks())).rejects.toMatchObject({
        code: 'STORAGE',
        message: expect.stringContaining('next.ckpt'),
      });
      expect(readdirSync(disk)).toEqual(['current.ckpt']);
      expect(keysOf(await store.load(read))).toEqual(['a']);
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  it('says which folder cannot be written', async () => {
    writeFileSync(join(folder, 'file'), '');
    chmodSync(join(folder, 'file'), 0o600);
    await expect(new FileStore(join(folder, 'file')).save(table('a').toChunks())).rejects.toMatchObject({
      code: 'STORAGE',
    });
    expect(existsSync(join(folder, 'file'))).toBe(true);
  });
});
