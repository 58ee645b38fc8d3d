import { SampleCollector } from '../../advise/sample-collector.js';
import { CellKind } from '../../codec/cell-kind.js';
import { StorageError } from '../../errors.js';
import { readChunks } from '../../io/read-chunks.js';
import { KEY_SEPARATOR } from '../../normalize/key-separator.js';
import { isTextPlan, type PipelinePlan, type TextPipelinePlan } from '../../pipeline/plan.js';
import { type DecodedBatch, TextSource } from '../../pipeline/text-source.js';

/** What was read of a source. */
export interface ReadSample {
  collector: SampleCollector;
  /** Records that did not decode. */
  bad: number;
  /** Whether the source went on. */
  isCut: boolean;
}

/**
 * Reads the beginning of a text source into a sample, and stops there: a stream without end is no obstacle.
 * @throws StorageError, DecodeError, InvalidOptionError for a field that no column has
 */
export async function readSample(plan: PipelinePlan, records: number | undefined): Promise<ReadSample> {
  const collector = new SampleCollector(records);
  if (!isTextPlan(plan) || plan.source.kind === 'simulate')
    throw new StorageError('a sample is read from files or stdin');
  const { source } = plan;
  const read: ReadSample = { collector, bad: 0, isCut: false };
  for await (const decoded of new TextSource(plan).read(readChunks(source.kind === 'file' ? source.paths : ['-']))) {
    if (takeBatch(decoded, plan, read)) continue;
    read.isCut = true;
    break;
  }
  return read;
}

/** False when there was no room for all of it. */
function takeBatch({ batch, decoder }: DecodedBatch, { record, fields }: TextPipelinePlan, read: ReadSample): boolean {
  const { collector } = read;
  const place = (name: string) => decoder.columns.findIndex((column) => column.name === name);
  const keys = record.key.map(place);
  const time = record.time === undefined ? -1 : place(record.time);
  const named = new Set(fields.named.map(({ name }) => name));
  const reserved = new Set([...record.key, record.time]);
  const columns = decoder.columns.filter(({ name }) => named.has(name) || (fields.others && !reserved.has(name)));
  read.bad += batch.rejected.length + decoder.faultCount;
  for (let i = 0; i < batch.length; i++) {
    if (decoder.faultCount > 0 && decoder.faults[i] !== undefined) continue;
    if (collector.isFull) return false;
    const key = keys.map((column) => decoder.text(column, i) ?? '').join(KEY_SEPARATOR);
    collector.begin(key, time < 0 ? Number.NaN : decoder.time(time, i));
    for (const { name, values, kinds } of columns) {
      const kind = kinds[i];
      if (kind === CellKind.absent && !named.has(name)) continue;
      collector.add(name, values[i]!, kind === CellKind.text || kind === CellKind.other);
    }
  }
  return true;
}
