import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { checkLabels, type Label } from '../../advise/evaluate/labels.js';
import { splitRow } from '../../codec/split-row.js';
import { InvalidOptionError, StorageError } from '../../errors.js';

/**
 * Labelled windows from a file: JSON, a list of `[start, end]` or `{ start, end, key, field }`, or such lists by file name, of which
 * that of `dataFile` is taken; or CSV with the columns start, end, and as wanted key and field.
 * @throws StorageError, InvalidOptionError
 */
export function readLabels(path: string, dataFile: string): Label[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new StorageError(`${path} could not be read: ${(cause as Error).message}`, { cause });
  }
  const labels = /^\s*[[{]/.test(text) ? fromJson(path, text, dataFile) : fromCsv(path, text);
  checkLabels(labels);
  return labels;
}

function fromJson(path: string, text: string, dataFile: string): Label[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new InvalidOptionError('--labels', path, `JSON or CSV (${(cause as Error).message})`);
  }
  if (!Array.isArray(value)) {
    const byFile = value as Record<string, unknown>;
    const names = Object.keys(byFile).filter((name) => basename(name) === basename(dataFile));
    const name = names.find((candidate) => dataFile.endsWith(candidate)) ?? names[0];
    if (name === undefined)
      throw new InvalidOptionError('--labels', path, `labels of ${basename(dataFile)}, or a list`);
    value = byFile[name];
  }
  if (!Array.isArray(value)) throw new InvalidOptionError('--labels', path, 'a list of [start, end]');
  return value.map((item: unknown) => {
    if (!Array.isArray(item)) return (typeof item === 'object' ? item : { start: item }) as Label;
    return { start: item[0] as string, end: (item[1] ?? item[0]) as string };
  });
}

function fromCsv(path: string, text: string): Label[] {
  const rows = text.split(/\r?\n/).filter((row) => row.trim() !== '');
  const names = cells(rows[0] ?? '');
  if (!names.includes('start')) throw new InvalidOptionError('--labels', path, 'CSV with a column start');
  return rows.slice(1).map((row) => {
    const parts = cells(row);
    const of = (name: string) => parts[names.indexOf(name)] || undefined;
    const [end, key, field] = [of('end'), of('key'), of('field')];
    return { start: of('start') ?? '', ...(end && { end }), ...(key && { key }), ...(field && { field }) };
  });
}

function cells(row: string): string[] {
  const bytes = Buffer.from(row);
  return splitRow(bytes, 0, bytes.length, 44)?.map((cell) => cell.trim()) ?? [];
}
