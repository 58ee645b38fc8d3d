import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeadLetterFile } from '../../src/io/dead-letter-file.js';
import { FileSink } from '../../src/io/file-sink.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sinks-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const read = (path: string) => (path.endsWith('.gz') ? gunzip(readFileSync(path)) : readFileSync(path));
const gunzip = (bytes: Buffer) => (bytes.length === 0 ? bytes : gunzipSync(bytes));

describe('FileSink', () => {
  it.each(['out', 'out.gz'])(
    '%s: what was written after the last flush is cut off when a run goes on from it',
    async (name) => {
      const path = join(folder, name);
      const pieces = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 });
      await fc.assert(
        fc.asyncProperty(fc.array(fc.tuple(pieces, pieces), { maxLength: 3 }), async (runs) => {
          let length: number | undefined;
          const kept: Uint8Array[] = [];
          const buffer = new Uint8Array(300);
          for (const [settled, lost] of runs) {
            const sink = await FileSink.open(path, length);
            const write = async (piece: Uint8Array) => {
              buffer.set(piece);
              await sink.write(buffer.subarray(0, piece.length)); // one buffer for all, as the engine does
            };
            for (const piece of settled) await write(piece);
            length = await sink.flush();
            kept.push(...settled);
            expect(read(path)).toEqual(Buffer.concat(kept));
            for (const piece of lost) await write(piece);
            await sink.close(); // what a killed run leaves behind may be longer than what it flushed
          }
          const sink = await FileSink.open(path, length);
          await sink.close();
          if (length !== undefined) expect(read(path)).toEqual(Buffer.concat(kept));
        }),
        { numRuns: 60 },
      );
    },
  );

  it('writes gzip of many members as one', async () => {
    const path = join(folder, 'large.gz');
    const sink = await FileSink.open(path);
    const piece = Buffer.from(Array.from({ length: 20_000 }, (_, i) => `${i}\n`).join(''));
    for (let i = 0; i < 30; i++) await sink.write(piece);
    await sink.close();
    expect(read(path).equals(Buffer.concat(new Array(30).fill(piece)))).toBe(true);
  });

  it('begins a file anew that was there before', async () => {
    const path = join(folder, 'again');
    for (const text of ['a longer text', 'short']) {
      const sink = await FileSink.open(path);
      await sink.write(Buffer.from(text));
      await sink.close();
    }
    expect(readFileSync(path, 'utf8')).toBe('short');
  });

  it('refuses to go on in a file that is shorter than it was', async () => {
    const path = join(folder, 'cut');
    const sink = await FileSink.open(path);
    await sink.write(Buffer.from('12345'));
    const length = await sink.flush();
    await sink.close();
    await expect(FileSink.open(path, length + 1)).rejects.toMatchObject({
      code: 'STORAGE',
      message: expect.stringContaining(path),
    });
    await expect(FileSink.open(join(folder, 'absent'), 5)).rejects.toMatchObject({ code: 'STORAGE' });
  });

  it('names the file when there is no room, or no folder', async () => {
    const full = await FileSink.open('/dev/full');
    await expect(full.write(Buffer.from('x'))).rejects.toMatchObject({
      code: 'STORAGE',
      message: expect.stringMatching(/^\/dev\/full could not be written: ENOSPC/),
    });
    await full.close();
    const path = join(folder, 'no', 'such', 'folder');
    await expect(FileSink.open(path)).rejects.toMatchObject({
      code: 'STORAGE',
      message: expect.stringContaining(path),
    });
  });
});

describe('DeadLetterFile', () => {
  it('keeps any record, as text or where it is no UTF-8 as base64', async () => {
    const path = join(folder, 'dead.ndjson');
    const record = fc.oneof(
      fc.constant(Buffer.from('\uFEFF{}')),

      fc.uint8Array({ maxLength: 20 }),
      fc.string({ unit: 'binary', maxLength: 20 }).map((text) => Buffer.from(text)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(record, { maxLength: 5 }), async (records) => {
        const dead = await DeadLetterFile.open(path);
        await dead.write(records.map((bytes, i) => ({ file: 'in "1"', line: i + 1, reason: 'é', record: bytes })));
        await dead.close();
        const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
        const read = lines.map(
          (line) =>
            JSON.parse(line) as { file: string; line: number; reason: string; record?: string; base64?: string },
        );
        expect(read.map(({ file, line, reason }) => [file, line, reason])).toEqual(
          records.map((_, i) => ['in "1"', i + 1, 'é']),
        );
        expect(
          read.map(({ record, base64 }) => [
            ...(record === undefined ? Buffer.from(base64!, 'base64') : Buffer.from(record)),
          ]),
        ).toEqual(records.map((bytes) => [...bytes]));
      }),
      { numRuns: 150 },
    );
  });
});
