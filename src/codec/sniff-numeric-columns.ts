import { CellKind } from './cell-kind.js';
import { CsvDecoder } from './csv-decoder.js';
import type { CsvHeader } from './csv-header.js';
import type { RecordBatch } from './record-batch.js';

/** So many cells that are numbers outweigh one that is text: a typing error does not make a column of readings one of words. */
const OUTWEIGHS = 9;

/**
 * The columns of a CSV file that are numeric, by its first batch: there are numbers, and at least nine for each cell of text. A column
 * that is empty in the whole batch is not numeric. Rows that are bad do not count.
 */
export function sniffNumericColumns(header: CsvHeader, batch: RecordBatch): string[] {
  const decoder = new CsvDecoder(
    header,
    header.names.filter((name) => name !== ''),
  );
  decoder.decode(batch);
  return decoder.columns
    .filter(({ kinds }) => {
      let numbers = 0;
      let texts = 0;
      for (let i = 0; i < batch.length; i++) {
        if (kinds[i] === CellKind.number) numbers++;
        else if (kinds[i] === CellKind.text) texts++;
      }
      return numbers > 0 && numbers >= OUTWEIGHS * texts;
    })
    .map(({ name }) => name);
}
