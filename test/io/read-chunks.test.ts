import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type InputPosition, readChunks, totalSize } from '../../src/io/read-chunks.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'read-chunks-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function file(bytes: Uint8Array, extension = ''): string {
  const path = join(folder, `${files++}${extension}`);
  writeFileSync(path, bytes);
  return path;
}
const random = (size: number) =>
  Buffer.from(Uint8Array.from({ length: size }, (_, i) => Math.imul(i, 2654435761) >>> 24));

/** What each input gives from a position on, checking that the chunks say where they belong. */
async function read(paths: string[], from: InputPosition = { input: 0, offset: 0 }): Promise<Buffer[]> {
  const whole: Buffer[] = [];
  let pieces: Buffer[] = [];
  let at = from.offset;
  for await (const { input, name, bytes, offset, isLast } of readChunks(paths, { from })) {
    expect([name, offset, input]).toEqual([paths[input], at, from.input + whole.length]);
    pieces.push(Buffer.from(bytes));
    at += bytes.length;
    if (!isLast) continue;
    whole.push(Buffer.concat(pieces));
    pieces = [];
    at = 0;
  }
  return whole;
}

describe('readChunks', () => {
  it('gives the bytes of files one after the other, plain or in any number of gzip members, from any place on', async () => {
    const bytes = fc.uint8Array({ maxLength: 60 });
    const input = fc.array(bytes, { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(input, fc.boolean()), { minLength: 1, maxLength: 3 }),
        fc.nat(),
        fc.nat(),
        async (inputs, a, b) => {
          const wholes = inputs.map(([parts]) => Buffer.concat(parts));
          fc.pre(inputs.every(([, isGzip], k) => isGzip || !(wholes[k]![0] === 0x1f && wholes[k]![1] === 0x8b)));
          const paths = inputs.map(([parts, isGzip]) =>
            file(isGzip ? Buffer.concat(parts.map((part) => gzipSync(part))) : Buffer.concat(parts)),
          );
          expect(await read(paths)).toEqual(wholes);
          const at = a % inputs.length;
          const offset = b % (wholes[at]!.length + 1);
          expect(await read(paths, { input: at, offset })).toEqual([
            wholes[at]!.subarray(offset),
            ...wholes.slice(at + 1),
          ]);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('reads what is larger than its buffers', async () => {
    const large = random(3_000_000);
    const paths = [file(large), file(Buffer.concat([gzipSync(large), gzipSync(large)]), '.gz')];
    const [plain, compressed] = await read(paths);
    expect(plain!.equals(large)).toBe(true); // toEqual takes seconds for a megabyte
    expect(compressed!.equals(Buffer.concat([large, large]))).toBe(true);
    const [rest] = await read(paths, { input: 1, offset: 4_000_000 });
    expect(rest!.equals(large.subarray(1_000_000))).toBe(true);
  });

  it('says how much it read of the medium, and how much there is', async () => {
    const paths = [file(random(1_000_000)), file(gzipSync(random(1_000_000)))];
    let sum = 0;
    for await (const chunk of readChunks(paths, { onRead: (bytes) => (sum += bytes) }))
      expect(chunk.offset).toBeLessThanOrEqual(1e6);
    expect(sum).toBe(await totalSize(paths));
    expect(await totalSize([...paths, '-'])).toBeUndefined();
  });

  it('names the file that cannot be read', async () => {
    const gz = gzipSync(random(500_000));
    const broken = Buffer.from(gz).fill(7, gz.length >> 1, (gz.length >> 1) + 50);
    for (const path of [join(folder, 'absent'), folder, file(gz.subarray(0, -9)), file(broken)])
      await expect(read([path])).rejects.toMatchObject({
        code: 'STORAGE',
        message: expect.stringContaining(`${path} could not be read: `),
      });
  });

  it('refuses to go on beyond the end of a compressed file', async () => {
    await expect(read([file(gzipSync(random(10)))], { input: 0, offset: 11 })).rejects.toMatchObject({
      code: 'STORAGE',
    });
  });

  it('refuses to go on beyond the end of a plain file', async () => {
    await expect(read([file(random(10))], { input: 0, offset: 11 })).rejects.toMatchObject({ code: 'STORAGE' });
  });

  it('closes a file that is left before its end', async () => {
    const paths = [file(random(2_000_000)), file(gzipSync(random(2_000_000)))];
    const open = () => readdirSync('/proc/self/fd').length;
    const leave = async () => {
      for (const path of paths) for await (const { bytes } of readChunks([path])) if (bytes.length > 0) break;
    };
    await leave();
    const before = open();
    for (let i = 0; i < 30; i++) await leave();
    await new Promise((done) => setTimeout(done, 20)); // streams close in the background
    expect(open()).toBeLessThan(before + 10);
  });
});
