import { DecodeError } from '../errors.js';
import { splitRow } from './split-row.js';

export interface CsvHeader {
  /** Code of the delimiter. */
  readonly delimiter: number;
  /** Names of the columns, trimmed. */
  readonly names: readonly string[];
}

/**
 * Reads the header row of a CSV file.
 * @throws DecodeError when quotes do not match, or two columns have one name
 */
export function readCsvHeader(bytes: Uint8Array, start: number, end: number, delimiter: number): CsvHeader {
  const names = splitRow(bytes, start, end, delimiter)?.map((name) => name.trim());
  if (names === undefined) throw new DecodeError('the header row has a quoted name that is not closed');
  const seen = new Map<string, number>();
  names.forEach((name, i) => {
    const before = seen.get(name);
    if (before !== undefined && name !== '')
      throw new DecodeError(
        `columns ${before + 1} and ${i + 1} of the header row are both named ${JSON.stringify(name)}`,
      );
    seen.set(name, i);
  });
  return { delimiter, names };
}
