import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { StorageError } from '../errors.js';

/** Where reading goes on: an input by its index, and a byte of it, counted after decompression. */
export interface InputPosition {
  input: number;
  offset: number;
}

/** A piece of an input. */
export interface InputChunk {
  /** Which input it is of. */
  readonly input: number;
  readonly name: string;
  /** Valid until the next chunk is asked for. */
  readonly bytes: Uint8Array;
  /** Position of its first byte, counted after decompression. */
  readonly offset: number;
  /** Whether the input ends here; such a chunk is empty. */
  readonly isLast: boolean;
}

const CHUNK = 1 << 18;

/**
 * The bytes of several inputs one after the other, each ended by an empty chunk. `-` is stdin. Gzip, in one or more members, is
 * recognized by its first two bytes, whatever the file is called. Memory does not grow with the inputs.
 *
 * Back pressure: nothing is read ahead but a buffer of the stream's while a chunk is worked on.
 *
 * @param from where a resumed run goes on; a compressed input is read from its beginning and skipped up to there
 * @param onRead told how many bytes were read from the medium, for progress
 * @throws StorageError naming the input that is absent, unreadable, or broken gzip
 */
export async function* readChunks(
  inputs: readonly string[],
  { from = { input: 0, offset: 0 }, onRead }: { from?: InputPosition; onRead?: (bytes: number) => void } = {},
): AsyncGenerator<InputChunk> {
  for (let input = from.input; input < inputs.length; input++) {
    const path = inputs[input]!;
    const name = path === '-' ? 'stdin' : path;
    const start = input === from.input ? from.offset : 0;
    let offset = start;
    try {
      const { stream, skip } = path === '-' ? await openStdin(start, onRead) : await openFile(path, start, onRead);
      let skipped = 0;
      for await (const piece of stream as AsyncIterable<Uint8Array>) {
        const rest = skipped < skip ? piece.subarray(Math.min(piece.length, skip - skipped)) : piece;
        skipped += piece.length - rest.length;
        if (rest.length === 0) continue;
        yield { input, name, bytes: rest, offset, isLast: false };
        offset += rest.length;
      }
      if (skipped < skip) throw new Error(`it ends before byte ${start}, where the last run had got to`);
    } catch (cause) {
      throw new StorageError(`${name} could not be read: ${(cause as Error).message}`, { cause });
    }
    yield { input, name, bytes: new Uint8Array(0), offset, isLast: true };
  }
}

/** Bytes that all inputs take on their medium; undefined when one of them is a stream. */
export async function totalSize(inputs: readonly string[]): Promise<number | undefined> {
  let total = 0;
  for (const path of inputs) {
    const info = path === '-' ? undefined : await stat(path).catch(() => undefined);
    if (!info?.isFile()) return undefined;
    total += info.size;
  }
  return total;
}

interface Opened {
  stream: AsyncIterable<Uint8Array>;
  /** Bytes to leave out at the beginning. */
  skip: number;
}

async function openFile(path: string, start: number, onRead: ((bytes: number) => void) | undefined): Promise<Opened> {
  const file = await open(path);
  const magic = new Uint8Array(2);
  let isGzip = false;
  try {
    const info = await file.stat();
    if (info.isDirectory()) throw new Error('it is a folder');
    const { bytesRead } = await file.read(magic, 0, 2, 0).catch(() => ({ bytesRead: 0 })); // a pipe has no position to read at
    isGzip = bytesRead === 2 && isGzipMagic(magic);
    if (!isGzip && info.isFile() && info.size < start)
      throw new Error(`it ends before byte ${start}, where the last run had got to`);
  } finally {
    await file.close();
  }
  const raw = createReadStream(path, { highWaterMark: CHUNK, ...(isGzip || start === 0 ? {} : { start }) });
  return isGzip ? { stream: gunzip(counted(raw, onRead)), skip: start } : { stream: counted(raw, onRead), skip: 0 };
}

async function openStdin(start: number, onRead: ((bytes: number) => void) | undefined): Promise<Opened> {
  const pieces = counted(process.stdin, onRead)[Symbol.asyncIterator]();
  const first = await pieces.next();
  const whole = (async function* () {
    if (!first.done) yield first.value;
    for (let piece = await pieces.next(); !piece.done; piece = await pieces.next()) yield piece.value;
  })();
  return { stream: !first.done && isGzipMagic(first.value) ? gunzip(whole) : whole, skip: start };
}

function isGzipMagic(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

async function* counted(stream: Readable, onRead: ((bytes: number) => void) | undefined): AsyncGenerator<Uint8Array> {
  for await (const piece of stream as AsyncIterable<Uint8Array>) {
    onRead?.(piece.length);
    yield piece;
  }
}

async function* gunzip(compressed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { pipeline } = await import('node:stream');
  const decompressor = createGunzip({ chunkSize: CHUNK });
  pipeline(compressed, decompressor, () => {}); // a failure surfaces where the decompressor is read
  for await (const piece of decompressor) yield piece as Uint8Array;
}
