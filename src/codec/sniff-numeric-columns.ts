import { CellKind } from './cell-kind.js';
import { CsvDecoder } from './csv-decoder.js';
import type { CsvHeader } from './csv-header.js';
import type { RecordBatch } from './record-batch.js';

/**
 * The columns of a CSV file that are numeric, by its first batch: at least one cell is a number and none is text. A column that is
 * empty in the whole batch is not numeric. Rows that are bad do not count.
 */
export function sniffNumericColumns(header: CsvHeader, batch: RecordBatch): string[] {
  const decoder = new CsvDecoder(
    header,
    header.names.filter((name) => name !== ''),
  );
  decoder.decode(batch);
  return decoder.columns
    .filter(({ kinds }) => {
      const seen = kinds.subarray(0, batch.length);
      return seen.includes(CellKind.number) && !seen.includes(CellKind.text);
    })
    .map(({ name }) => name);
}
