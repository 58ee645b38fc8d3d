import { decodeSections } from '../checkpoint/format/decode-sections.js';
import type { Section } from '../checkpoint/format/encode-sections.js';
import { decodeText, encodeText } from '../checkpoint/format/text.js';
import { bytesOf, doublesOf, wordsOf } from '../checkpoint/format/typed-views.js';
import { CorruptCheckpointError } from '../errors.js';
import { KeyIndex } from './key-index.js';
import { noSeriesCounted, type SeriesCounters } from './series-counters.js';
import { StateColumn } from './state-column.js';

/** A table as its parts. */
export interface TableParts {
  index: KeyIndex;
  columns: readonly StateColumn[];
  counters: SeriesCounters;
  /** Slots from the one not seen for longest on, and when each was seen; absent where that is not kept. */
  recency: { order: Uint32Array; seen: Float64Array } | undefined;
  /** The table's time. */
  now: number;
  /** The caller's own, as JSON. */
  meta: unknown;
}

/** More than a statistic ever has; a checkpoint that claims more is refused. */
const LARGEST_STRIDE = 2 ** 27;

interface Head {
  columns: { name: string; fingerprint: string; stride: number; growable: boolean }[];
  counters: SeriesCounters;
  seed: number;
  now: number | null;
  hasRecency: boolean;
  meta?: unknown;
}

/** The sections of a checkpoint, payloads being views of the live table wherever that is possible. */
export function tableSections({ index, columns, counters, recency, now, meta }: TableParts): Section[] {
  const { seed, sizes, bytes, free } = index.toParts();
  const head: Head = {
    columns: columns.map(({ name, fingerprint, stride, growable }) => ({ name, fingerprint, stride, growable })),
    counters,
    seed,
    now: Number.isFinite(now) ? now : null,
    hasRecency: recency !== undefined,
    meta,
  };
  return [
    { tag: 'head', payload: [encodeText(JSON.stringify(head))] },
    { tag: 'size', payload: [bytesOf(sizes)] },
    { tag: 'keys', payload: [bytes] },
    { tag: 'free', payload: [bytesOf(free)] },
    ...(recency
      ? [
          { tag: 'ordr', payload: [bytesOf(recency.order)] },
          { tag: 'seen', payload: [bytesOf(recency.seen)] },
        ]
      : []),
    ...columns.flatMap((column) => columnSections(column, index.slots)),
  ];
}

function columnSections(column: StateColumn, slots: number): Section[] {
  if (!column.growable) return [{ tag: 'data', payload: [...column.pages(slots)].map(bytesOf) }];
  const states = Array.from({ length: slots }, (_, slot) => column.stateOf(slot));
  return [
    { tag: 'lens', payload: [bytesOf(Uint32Array.from(states, (state) => state.length))] },
    { tag: 'data', payload: states.map(bytesOf) },
  ];
}

/**
 * Reads a table back. Every count is checked against the bytes that are there before anything is allocated by it.
 * @throws CorruptCheckpointError CheckpointVersionError
 */
export function readTable(bytes: Uint8Array): TableParts {
  const sections = decodeSections(bytes);
  let next = 0;
  const take = (tag: string): Uint8Array => {
    const section = sections[next++];
    if (section?.tag !== tag)
      throw new CorruptCheckpointError(`section ${next} must be ${tag}, got ${section?.tag ?? 'nothing'}`);
    return section.payload;
  };
  const head = readHead(take('head'));
  const sizes = wordsOf(take('size'), 'key sizes');
  const keys = take('keys');
  const index = KeyIndex.fromParts({
    seed: head.seed,
    sizes,
    bytes: keys.slice(),
    free: wordsOf(take('free'), 'free slots').slice(),
  });
  const recency = head.hasRecency
    ? readRecency(wordsOf(take('ordr'), 'order'), doublesOf(take('seen'), 'times'), index)
    : undefined;
  const columns = head.columns.map(({ name, fingerprint, stride, growable }) => {
    const column = new StateColumn(name, fingerprint, stride, growable);
    const lengths = growable ? wordsOf(take('lens'), `state lengths of ${name}`) : undefined;
    const states = doublesOf(take('data'), `state of ${name}`);
    if (lengths === undefined) {
      if (states.length !== index.slots * stride)
        throw new CorruptCheckpointError(
          `state of ${name}: ${states.length} doubles, ${index.slots} series of ${stride} expected`,
        );
      column.adopt(states);
    } else restoreGrown(column, lengths, states, index.slots);
    return column;
  });
  if (next !== sections.length) throw new CorruptCheckpointError(`${sections.length - next} sections too many`);
  return {
    index,
    columns,
    counters: head.counters,
    recency,
    now: head.now ?? Number.NEGATIVE_INFINITY,
    meta: head.meta,
  };
}

function restoreGrown(column: StateColumn, lengths: Uint32Array, states: Float64Array, slots: number): void {
  if (lengths.length !== slots)
    throw new CorruptCheckpointError(`state lengths of ${column.name}: ${lengths.length}, ${slots} series expected`);
  let at = 0;
  lengths.forEach((length, slot) => {
    if (length === 0) return;
    if (length < column.stride || length > states.length - at)
      throw new CorruptCheckpointError(
        `state of ${column.name}: that of slot ${slot} has ${length} doubles, ${states.length - at} are there`,
      );
    column.restore(slot, states.subarray(at, at + length));
    at += length;
  });
  if (at !== states.length)
    throw new CorruptCheckpointError(`state of ${column.name}: ${states.length - at} doubles too many`);
}

function readRecency(order: Uint32Array, seen: Float64Array, index: KeyIndex): NonNullable<TableParts['recency']> {
  if (order.length !== index.size || seen.length !== index.size)
    throw new CorruptCheckpointError(
      `order: ${order.length} slots and ${seen.length} times, ${index.size} series expected`,
    );
  const isListed = new Uint8Array(index.slots);
  for (const slot of order) {
    if (!index.has(slot) || isListed[slot] === 1)
      throw new CorruptCheckpointError(`order: slot ${slot} has no series or comes twice`);
    isListed[slot] = 1;
  }
  return { order, seen };
}

function readHead(payload: Uint8Array): Head {
  let head: Partial<Head> | null;
  try {
    head = JSON.parse(decodeText(payload));
  } catch (cause) {
    throw new CorruptCheckpointError('head: not JSON', { cause });
  }
  const isColumn = (column: Partial<Head['columns'][number]> | null) =>
    typeof column?.name === 'string' &&
    typeof column.fingerprint === 'string' &&
    typeof column.growable === 'boolean' &&
    Number.isSafeInteger(column.stride) &&
    column.stride! >= 1 &&
    column.stride! <= LARGEST_STRIDE;
  if (
    typeof head !== 'object' ||
    head === null ||
    !Array.isArray(head.columns) ||
    !head.columns.every(isColumn) ||
    new Set(head.columns.map(({ name }) => name)).size !== head.columns.length ||
    !Number.isSafeInteger(head.seed) ||
    !(head.now === null || typeof head.now === 'number') ||
    typeof head.hasRecency !== 'boolean'
  )
    throw new CorruptCheckpointError('head: not that of a series table');
  const counters = noSeriesCounted();
  for (const name of Object.keys(counters) as (keyof SeriesCounters)[]) {
    const counted = head.counters?.[name];
    if (Number.isSafeInteger(counted)) counters[name] = counted!;
  }
  return { ...(head as Head), counters };
}
