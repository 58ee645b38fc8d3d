import { addedColumns } from './added-columns.js';
import type { ByteWriter } from './byte-writer.js';
import { decodeUtf8 } from './decode-utf8.js';
import { quoteCell } from './quote-cell.js';
import type { RecordBatch } from './record-batch.js';
import type { OutputMode, RecordEncoder } from './record-encoder.js';
import type { ScoredBatch, ScoredField, ScoredModel, ScoredTexts, ScoredVector } from './scored-batch.js';
import { scoredText } from './scored-text.js';

/** Deeper objects stand in their cell as JSON. */
const DEEPEST = 16;

/**
 * Writes JSON records as CSV: the columns are the members of the first record, those of nested objects under dotted names, arrays as
 * JSON; then the scores. Members that only later records have are left out. The plain way, an object a record.
 */
export class NdjsonToCsvEncoder implements RecordEncoder {
  readonly #mode: OutputMode;
  #columns: string[] | undefined;
  #scored: string[] = [];

  constructor(mode: OutputMode) {
    this.#mode = mode;
  }

  /** The columns so far, to go on with after a restart; absent before the first record. */
  get layout(): { columns: string[]; scored: string[] } | undefined {
    return this.#columns && { columns: this.#columns, scored: this.#scored };
  }

  /** Goes on with the columns of an output that was begun before. */
  resume({ columns, scored }: { columns: string[]; scored: string[] }): void {
    this.#columns = columns;
    this.#scored = scored;
  }

  encode(batch: RecordBatch, { fields, vectors = [], models = [], keep }: ScoredBatch, out: ByteWriter): void {
    for (let i = 0; i < batch.length; i++) {
      if (keep[i] === 0) continue;
      const cells = flatten(JSON.parse(decodeUtf8(batch.bytes, batch.starts[i]!, batch.ends[i]!)) as object);
      this.#columns ??= this.#begin(cells, [...fields, ...vectors], models, out);
      const byName = new Map(fields.map((field) => [field.name, field]));
      const vectorByName = new Map(vectors.map((vector) => [vector.name, vector]));
      const row = this.#columns.map((name) => {
        const field = this.#mode === 'replace' ? byName.get(name) : undefined;
        const vector = this.#mode === 'replace' ? vectorByName.get(name) : undefined;
        if (vector) return textCell(vector.normalized, i);
        return field ? numberCell(field.normalized[i]!) : quoteCell(cells.get(name) ?? '', ',');
      });
      for (const name of this.#scored) {
        const vector = vectorByName.get(name);
        if (vector) {
          if (this.#mode === 'add') row.push(textCell(vector.normalized, i));
          for (const { texts } of vector.extras) row.push(textCell(texts, i));
          continue;
        }
        const field = byName.get(name);
        if (this.#mode === 'add') row.push(numberCell(field?.normalized[i] ?? Number.NaN));
        for (const extra of field?.extras ?? fields[0]!.extras) row.push(field ? numberCell(extra.values[i]!) : '');
      }
      for (const { extras } of models) for (const { values } of extras) row.push(numberCell(values[i]!));
      out.utf8(`${row.join(',')}\n`);
    }
  }

  #begin(
    cells: Map<string, string>,
    fields: readonly (ScoredField | ScoredVector)[],
    models: readonly ScoredModel[],
    out: ByteWriter,
  ): string[] {
    const columns = [...cells.keys()];
    this.#scored = fields.map(({ name }) => name);
    const added = addedColumns(fields, models, this.#mode);
    out.utf8(`${[...columns, ...added].map((name) => quoteCell(name, ',')).join(',')}\n`);
    return columns;
  }
}

function numberCell(x: number): string {
  return Number.isNaN(x) ? '' : Object.is(x, -0) ? '-0' : String(x);
}

/** An empty cell for null. */
function textCell(texts: ScoredTexts, i: number): string {
  const text = scoredText(texts, i);
  return text === 'null' ? '' : quoteCell(text, ',');
}

function flatten(record: object, prefix = '', cells = new Map<string, string>(), depth = 0): Map<string, string> {
  for (const [name, value] of Object.entries(record)) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && depth < DEEPEST)
      flatten(value, `${prefix}${name}.`, cells, depth + 1);
    else cells.set(prefix + name, value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value));
  }
  return cells;
}
