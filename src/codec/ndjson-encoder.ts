import type { ByteWriter } from './byte-writer.js';
import { CellKind } from './cell-kind.js';
import { decodeUtf8 } from './decode-utf8.js';
import type { RecordBatch } from './record-batch.js';
import type { OutputMode, RecordEncoder } from './record-encoder.js';
import type { ScoredBatch, ScoredField, ScoredModel, ScoredTexts, ScoredVector } from './scored-batch.js';
import { scoredText } from './scored-text.js';

const LINE_FEED = 10;
const OPEN = 123;
const CLOSE = 125;
const QUOTE = 34;
const BACKSLASH = 92;

/**
 * Writes JSON records as they were read, with `"normalized"`, `"epoch"`, the extras and `"learnt"` spliced in before the closing brace, or with the
 * scores in the place of the values. Everything else is copied byte for byte; a record that has a member of such a name already is
 * written anew without it. A number reads back as the same double. O(bytes).
 */
export class NdjsonEncoder implements RecordEncoder {
  readonly #mode: OutputMode;
  #members: Member[] = [];
  #membersOf: readonly ScoredField[] = [];
  #vectorsOf: readonly ScoredVector[] = NO_VECTORS;
  #modelsOf: readonly ScoredModel[] = NO_MODELS;

  constructor(mode: OutputMode) {
    this.#mode = mode;
  }

  encode(batch: RecordBatch, scored: ScoredBatch, out: ByteWriter): void {
    for (let i = 0; i < batch.length; i++) {
      if (scored.keep[i] === 0) continue;
      this.encodeRecord(batch, scored, i, out);
      out.byte(LINE_FEED);
    }
  }

  /** Appends record `i` alone, without a line end. */
  encodeRecord(batch: RecordBatch, scored: ScoredBatch, i: number, out: ByteWriter): void {
    const { fields, vectors = NO_VECTORS, models = NO_MODELS } = scored;
    if (fields !== this.#membersOf || vectors !== this.#vectorsOf || models !== this.#modelsOf)
      this.#prepare(fields, vectors, models);
    const mayHaveMember = scored.hasReserved?.(i) ?? true;
    if (this.#mode === 'replace') this.#replace(batch, i, fields, vectors, mayHaveMember, out);
    else this.#splice(batch.bytes, batch.starts[i]!, batch.ends[i]!, i, mayHaveMember, out);
  }

  #prepare(fields: readonly ScoredField[], vectors: readonly ScoredVector[], models: readonly ScoredModel[]): void {
    // Fields may have been added since; their columns are renewed with them.
    if (
      vectors !== this.#vectorsOf ||
      models !== this.#modelsOf ||
      fields.length !== this.#membersOf.length ||
      fields.some((field, k) => field !== this.#membersOf[k])
    )
      this.#members = membersOf(fields, vectors, models, this.#mode);
    this.#membersOf = fields;
    this.#vectorsOf = vectors;
    this.#modelsOf = models;
  }

  /** Copies the record and writes the members before its closing brace. */
  #splice(bytes: Uint8Array, start: number, end: number, i: number, mayHaveMember: boolean, out: ByteWriter): void {
    const record = mayHaveMember ? recordWithMember(bytes, start, end, this.#members) : undefined;
    if (record !== undefined) {
      for (const { name } of this.#members) delete record[name];
      const text = JSON.stringify(record);
      out.utf8(text.slice(0, -1));
      this.#writeMembers(text.length > 2, i, out);
      return;
    }
    const last = lastOfMembers(bytes, end);
    out.copy(bytes, start, last + 1);
    this.#writeMembers(bytes[last] !== OPEN, i, out);
  }

  #writeMembers(hasOthers: boolean, i: number, out: ByteWriter): void {
    let isFirst = !hasOthers;
    for (const { opening, entries } of this.#members) {
      if (!isFirst) out.byte(44);
      isFirst = false;
      out.utf8(opening);
      let isFirstEntry = true;
      for (const { label, values, field, texts, isLast } of entries) {
        if (field?.isOptional && field.column.kinds[i] === CellKind.absent) continue;
        if (!isFirstEntry) out.byte(44);
        isFirstEntry = false;
        out.utf8(label);
        if (texts === undefined) writeNumber(values[i]!, out);
        else out.copy(texts.out.bytes, texts.starts[i]!, texts.ends[i]!);
        if (isLast) out.byte(CLOSE);
      }
      out.byte(CLOSE);
    }
    out.byte(CLOSE);
  }

  #replace(
    batch: RecordBatch,
    i: number,
    fields: readonly ScoredField[],
    vectors: readonly ScoredVector[],
    mayHaveMember: boolean,
    out: ByteWriter,
  ): void {
    const { bytes } = batch;
    const start = batch.starts[i]!;
    const end = batch.ends[i]!;
    const present = [...fields, ...vectors]
      .filter(({ column }) => column.kinds[i] !== CellKind.absent)
      .sort((a, b) => a.column.starts[i]! - b.column.starts[i]!);
    const isSlow = present.some(({ column }) => column.starts[i] === column.ends[i]);
    const record =
      (mayHaveMember ? recordWithMember(bytes, start, end, this.#members) : undefined) ??
      (isSlow ? (JSON.parse(decodeUtf8(bytes, start, end)) as Record<string, unknown>) : undefined);
    if (record !== undefined) {
      for (const { name } of this.#members) delete record[name];
      for (const { name, normalized } of present)
        setAt(
          record,
          name,
          'out' in normalized
            ? JSON.parse(scoredText(normalized, i))
            : Number.isNaN(normalized[i]!)
              ? null
              : normalized[i]!,
        );
      const text = JSON.stringify(record);
      out.utf8(text.slice(0, -1));
      this.#writeMembers(text.length > 2, i, out);
      return;
    }
    let from = start;
    for (const { column, normalized } of present) {
      out.copy(bytes, from, column.starts[i]!);
      if ('out' in normalized) out.copy(normalized.out.bytes, normalized.starts[i]!, normalized.ends[i]!);
      else writeNumber(normalized[i]!, out);
      from = column.ends[i]!;
    }
    const last = lastOfMembers(bytes, end);
    out.copy(bytes, from, last + 1);
    this.#writeMembers(bytes[last] !== OPEN, i, out);
  }
}

/** One member that is added to each record: an object by field name. */
interface Member {
  name: string;
  /** `"name":{` */
  opening: string;
  entries: Entry[];
}

/** A number of a field, or the text of one that is more than a number. */
interface Entry {
  label: string;
  values: Float64Array;
  field: ScoredField | undefined;
  texts: ScoredTexts | undefined;
  /** The last of an object that the label of the first has opened. */
  isLast?: boolean;
}

const NO_VALUES = new Float64Array(0);
const NO_VECTORS: readonly ScoredVector[] = [];
const NO_MODELS: readonly ScoredModel[] = [];

function membersOf(
  fields: readonly ScoredField[],
  vectors: readonly ScoredVector[],
  models: readonly ScoredModel[],
  mode: OutputMode,
): Member[] {
  const label = (name: string) => `${JSON.stringify(name)}:`;
  const entry = (field: ScoredField, values: Float64Array): Entry => ({
    label: label(field.name),
    values,
    field,
    texts: undefined,
  });
  const numberEntry = ({ name }: ScoredVector, values: Float64Array): Entry => ({
    label: label(name),
    values,
    field: undefined,
    texts: undefined,
  });
  const textEntry = ({ name }: ScoredVector, texts: ScoredTexts): Entry => ({
    label: label(name),
    values: NO_VALUES,
    field: undefined,
    texts,
  });
  const modelEntries = ({ name, extras }: ScoredModel): Entry[] =>
    extras.map((extra, k) => ({
      label: `${k === 0 ? `${label(name)}{` : ''}${label(extra.name)}`,
      values: extra.values,
      field: undefined,
      texts: undefined,
      isLast: k === extras.length - 1,
    }));
  const extras = [...new Set([...fields, ...vectors].flatMap((field) => field.extras.map((extra) => extra.name)))];
  const members = [
    ...(mode === 'add'
      ? [
          {
            name: 'normalized',
            entries: [
              ...fields.map((field) => entry(field, field.normalized)),
              ...vectors.map((vector) => textEntry(vector, vector.normalized)),
            ],
          },
        ]
      : []),
    {
      name: 'epoch',
      entries: [
        ...fields.flatMap((field) => (field.epoch ? [entry(field, field.epoch)] : [])),
        ...vectors.flatMap((vector) => (vector.epoch ? [numberEntry(vector, vector.epoch)] : [])),
      ],
    },
    ...extras.map((name) => ({
      name,
      entries: [
        ...fields.flatMap((field) =>
          field.extras.filter((extra) => extra.name === name).map((extra) => entry(field, extra.values)),
        ),
        ...vectors.flatMap((vector) =>
          vector.extras.filter((extra) => extra.name === name).map((extra) => textEntry(vector, extra.texts)),
        ),
      ],
    })),
    ...(models.length > 0 ? [{ name: 'learnt', entries: models.flatMap(modelEntries) }] : []),
  ];
  return members.map(({ name, entries }) => ({ name, opening: `${JSON.stringify(name)}:{`, entries }));
}

/** Index of the last byte before the closing brace that is no space. */
function lastOfMembers(bytes: Uint8Array, end: number): number {
  let last = end - 1;
  while (bytes[last] !== CLOSE) last--;
  last--;
  while (bytes[last]! <= 32) last--;
  return last;
}

/** The record as an object if it has a member of one of these names, else undefined; an object is made only if it may have one. */
function recordWithMember(
  bytes: Uint8Array,
  start: number,
  end: number,
  members: readonly Member[],
): Record<string, unknown> | undefined {
  if (!mayHaveMember(bytes, start, end, members)) return undefined;
  const record = JSON.parse(decodeUtf8(bytes, start, end)) as Record<string, unknown>;
  return members.some(({ name }) => Object.hasOwn(record, name)) ? record : undefined;
}

/** Whether one of the names stands in quotes anywhere in the record, or an escape in which a name may be spelled. */
function mayHaveMember(bytes: Uint8Array, start: number, end: number, members: readonly Member[]): boolean {
  for (let i = start; i < end; i++) {
    if (bytes[i] === BACKSLASH && bytes[i + 1] === 117) return true;
    if (bytes[i] !== QUOTE) continue;
    for (const { name } of members) {
      if (bytes[i + 1] !== name.charCodeAt(0) || bytes[i + name.length + 1] !== QUOTE) continue;
      let k = 1;
      while (k < name.length && bytes[i + 1 + k] === name.charCodeAt(k)) k++;
      if (k === name.length) return true;
    }
  }
  return false;
}

function setAt(record: Record<string, unknown>, name: string, value: unknown): void {
  if (Object.hasOwn(record, name)) {
    record[name] = value;
    return;
  }
  const dot = name.indexOf('.');
  const inner = dot > 0 && Object.hasOwn(record, name.slice(0, dot)) ? record[name.slice(0, dot)] : undefined;
  if (typeof inner === 'object' && inner !== null) setAt(inner as Record<string, unknown>, name.slice(dot + 1), value);
}

function writeNumber(x: number, out: ByteWriter): void {
  if (Number.isNaN(x)) out.ascii('null');
  else out.number(x);
}
