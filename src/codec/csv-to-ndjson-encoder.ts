import type { ByteWriter } from './byte-writer.js';
import type { CsvHeader } from './csv-header.js';
import { parseNumber } from './parse-number.js';
import type { RecordBatch } from './record-batch.js';
import type { OutputMode, RecordEncoder } from './record-encoder.js';
import type { ScoredBatch } from './scored-batch.js';
import { scoresOf } from './scores-of.js';
import { splitRow } from './split-row.js';

/**
 * Writes CSV rows as JSON records with their scores: a cell of a numeric column that is a number as one, an empty cell as null, any other
 * as text. The plain way, an object a row.
 */
export class CsvToNdjsonEncoder implements RecordEncoder {
  readonly #header: CsvHeader;
  readonly #numeric: ReadonlySet<string>;
  readonly #mode: OutputMode;

  constructor(header: CsvHeader, numeric: Iterable<string>, mode: OutputMode) {
    this.#header = header;
    this.#numeric = new Set(numeric);
    this.#mode = mode;
  }

  encode(batch: RecordBatch, scored: ScoredBatch, out: ByteWriter): void {
    const { names, delimiter } = this.#header;
    for (let i = 0; i < batch.length; i++) {
      if (scored.keep[i] === 0) continue;
      const cells = splitRow(batch.bytes, batch.starts[i]!, batch.ends[i]!, delimiter) ?? [];
      const record = new Map<string, unknown>(names.map((name, k) => [name, this.#valueOf(name, cells[k] ?? '')]));
      const { normalized, ...others } = scoresOf(scored, i);
      if (this.#mode === 'add') record.set('normalized', normalized);
      else for (const [name, score] of Object.entries(normalized)) record.set(name, score);
      for (const [name, values] of Object.entries(others)) record.set(name, values);
      out.utf8(
        `{${[...record].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}\n`,
      );
    }
  }

  #valueOf(name: string, cell: string): unknown {
    if (cell === '') return null;
    if (!this.#numeric.has(name)) return cell;
    const bytes = Uint8Array.from(cell, (letter) => Math.min(letter.charCodeAt(0), 255));
    const x = parseNumber(bytes, 0, bytes.length);
    return Number.isFinite(x) ? x : cell;
  }
}
