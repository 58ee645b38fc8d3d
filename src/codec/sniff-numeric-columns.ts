import { CellKind } from './cell-kind.js';
import { CsvDecoder } from './csv-decoder.js';
import type { CsvHeader } from './csv-header.js';
import type { RecordBatch } from './record-batch.js';

/** So many cells that are numbers outweigh one that is text: a typing error does not make a column of readings one of words. */
const OUTWEIGHS = 9;

/** The columns of a CSV file, by what its first batch holds. */
interface SniffedColumns {
  /** There are numbers, and at least nine for each cell of text. */
  numeric: string[];
  /** There are numbers, beside more text than that. */
  mixed: string[];
}

/** Finds out which columns are numeric. One that is empty in the whole batch is neither. Rows that are bad do not count. */
export function sniffNumericColumns(header: CsvHeader, batch: RecordBatch): SniffedColumns {
  const decoder = new CsvDecoder(
    header,
    header.names.filter((name) => name !== ''),
  );
  decoder.decode(batch);
  const sniffed: SniffedColumns = { numeric: [], mixed: [] };
  for (const { name, kinds } of decoder.columns) {
    let numbers = 0;
    let texts = 0;
    for (let i = 0; i < batch.length; i++) {
      if (kinds[i] === CellKind.number) numbers++;
      else if (kinds[i] === CellKind.text) texts++;
    }
    if (numbers > 0) sniffed[numbers >= OUTWEIGHS * texts ? 'numeric' : 'mixed'].push(name);
  }
  return sniffed;
}
