import { InvalidArgumentError, Option } from 'commander';
import type { Fault } from '../pipeline/schema-faults.js';

/** Where records come from, and what in them is looked at: the flags of commands that read a sample. */
export interface SourceFlags {
  field?: string[];
  key?: string[];
  time?: string;
  format?: string;
  delimiter?: string;
  records?: number;
}

const list = (text: string, before: string[] = []): string[] => [
  ...before,
  ...text.split(',').map((part) => part.trim()),
];

export const SOURCE_OPTIONS = (): Option[] => [
  new Option('-f, --field <name>', 'a field to look at (repeatable); none: every numeric field').argParser(
    (text: string, before: string[] = []) => [...before, text],
  ),
  new Option('-k, --key <field>', 'field that says to which series a record belongs (repeatable, or a,b)').argParser(
    list,
  ),
  new Option('-t, --time <field>', 'field with the event time: epoch ms or ISO 8601'),
  new Option('--records <count>', 'records to look at, from the first on (20000)').argParser(count),
  new Option('--format <format>', 'ndjson or csv (by extension, else by content)'),
  new Option('--delimiter <char>', 'CSV delimiter: , ; or tab (detected)'),
];

function count(text: string): number {
  const value = Number(text);
  if (!(Number.isSafeInteger(value) && value >= 1)) throw new InvalidArgumentError('must be an integer from 1 on.');
  return value;
}

/** The flags as the part of a configuration that says what is read. */
export function sourceConfig(file: string | undefined, { field, key, time, format, delimiter }: SourceFlags): object {
  const text = { ...(format && { format }), ...(delimiter && { delimiter: delimiter === 'tab' ? '\t' : delimiter }) };
  return {
    source: file === undefined || file === '-' ? { stdin: text } : { file: { path: file, ...text } },
    ...((key || time !== undefined) && { record: { ...(key && { key }), ...(time !== undefined && { time }) } }),
    ...(field && { fields: Object.fromEntries(field.map((name) => [name, 'none'])) }),
  };
}

/** Names the flag that a fault of that configuration came from. */
export function describeSourceFlag({ path, message }: Fault): string {
  const [section, ...rest] = path.map(String);
  const flag =
    section === 'fields' ? 'field' : section === 'source' ? (rest[1] === 'path' ? 'file' : rest[1]) : rest[0];
  return `${flag === 'file' ? 'file' : `--${flag}`}: ${message}`;
}
