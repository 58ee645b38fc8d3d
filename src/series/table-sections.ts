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
  /** One more than the largest slot that has been in use. */
  slots: number;
  now: number | null;
  hasRecency: boolean;
  meta?: unknown;
}

/** The sections of a checkpoint, payloads being views of the live table wherever that is possible. */
export function tableSections({ index, columns, counters, recency, now, meta }: TableParts): Section[] {
  const { seed, words, free } = index.toParts();
  const head: Head = {
    columns: columns.map(({ name, fingerprint, stride, growable }) => ({ name, fingerprint, stride, growable })),
    counters,
    seed,
    slots: index.slots,
    now: Number.isFinite(now) ? now : null,
    hasRecency: recency !== undefined,
    meta,
  };
  return [
    { tag: 'head', payload: [encodeText(JSON.stringify(head))] },
    { tag: 'keys', payload: [bytesOf(words)] },
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
  const pages = column.toPages(slots);
  return [
    { tag: 'lens', payload: [bytesOf(Uint32Array.from(pages, (page) => page.length))] },
    { tag: 'data', payload: pages.map(bytesOf) },
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
  const words = wordsOf(take('keys'), 'keys').slice();
  const free = wordsOf(take('free'), 'free slots').slice();
  const index = KeyIndex.fromParts({ seed: head.seed, words, free }, head.slots);
  const now = head.now ?? Number.NEGATIVE_INFINITY;
  const recency = head.hasRecency
    ? readRecency(wordsOf(take('ordr'), 'order'), doublesOf(take('seen'), 'times'), index, now)
    : undefined;
  const columns = head.columns.map(({ name, fingerprint, stride, growable }) => {
    const column = new StateColumn(name, fingerprint, stride, growable);
    const lengths = wordsOf(take('lens'), `page lengths of ${name}`);
    column.adopt(lengths, doublesOf(take('data'), `state of ${name}`), index.slots);
    return column;
  });
  if (next !== sections.length) throw new CorruptCheckpointError(`${sections.length - next} sections too many`);
  return {
    index,
    columns,
    counters: head.counters,
    recency,
    now,
    meta: head.meta,
  };
}

function readRecency(
  order: Uint32Array,
  seen: Float64Array,
  index: KeyIndex,
  now: number,
): NonNullable<TableParts['recency']> {
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
  for (const time of seen)
    if (!(time <= now)) throw new CorruptCheckpointError(`order: seen at ${time}, the table's time being ${now}`);
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
    !(Number.isSafeInteger(head.slots) && head.slots! >= 0) ||
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
