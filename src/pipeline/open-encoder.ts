import { CsvEncoder } from '../codec/csv-encoder.js';
import { CsvToNdjsonEncoder } from '../codec/csv-to-ndjson-encoder.js';
import { NdjsonEncoder } from '../codec/ndjson-encoder.js';
import { NdjsonToCsvEncoder } from '../codec/ndjson-to-csv-encoder.js';
import type { RecordEncoder } from '../codec/record-encoder.js';
import type { TextFormat, TextPipelinePlan } from './plan.js';
import type { TextSource } from './text-source.js';

/** The encoder from what the source turned out to be to what the sink is to hold. `isBegun`: the output has its beginning already. */
export function openEncoder(
  { sink, output }: TextPipelinePlan,
  { format, csv }: TextSource,
  isBegun: boolean,
): RecordEncoder {
  const given = sink.kind === 'kafka' ? 'ndjson' : sink.format;
  const target = given ?? (sink.kind === 'file' ? formatOf(sink.path) : undefined) ?? format;
  if (format === 'csv') {
    if (target === 'csv')
      return new CsvEncoder(csv!.header, { mode: output.mode, hasHeader: !isBegun, isCrlf: csv!.isCrlf });
    return new CsvToNdjsonEncoder(csv!.header, csv!.numeric, output.mode);
  }
  return target === 'csv' ? new NdjsonToCsvEncoder(output.mode) : new NdjsonEncoder(output.mode);
}

function formatOf(path: string): TextFormat | undefined {
  if (/\.(csv|tsv)(\.gz)?$/i.test(path)) return 'csv';
  return /\.(ndjson|jsonl|json)(\.gz)?$/i.test(path) ? 'ndjson' : undefined;
}
