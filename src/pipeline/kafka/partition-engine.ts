import type { RoutedBackend } from '../../backend/routed-backend.js';
import { ByteWriter } from '../../codec/byte-writer.js';
import { NdjsonDecoder } from '../../codec/ndjson-decoder.js';
import { NdjsonEncoder } from '../../codec/ndjson-encoder.js';
import type { RecordBatch } from '../../codec/record-batch.js';
import type { ScoredBatch } from '../../codec/scored-batch.js';
import { EngineError } from '../../errors.js';
import type { Delivery } from '../../kafka/port.js';
import type { RecordBatchList } from '../../kafka/record-batch/record-batch-list.js';
import type { Records } from '../../kafka/record-batch/records.js';
import type { DeliveryOutput, KafkaOutput } from '../../kafka/to-kafka-options.js';
import { SeriesLog } from '../../series/series-log.js';
import { SeriesTable } from '../../series/series-table.js';
import { BatchScorer, type RecordOrigin, type TakenFields } from '../batch-scorer.js';
import { decoderOptions } from '../decoder-options.js';
import type { RunMetrics } from '../metrics/run-metrics.js';
import { hasBatches, type KafkaPipelinePlan } from '../plan.js';
import type { ModelEvent, RecordModels } from '../record-models.js';
import type { PartitionWatch } from '../view/partition-watch.js';
import type { RunView } from '../view/run-view.js';
import type { BadRecord, BadRecords } from './bad-records.js';
import { endOfBatch } from './end-of-batch.js';
import { keyText } from './key-text.js';
import type { Snapshot } from './snapshot.js';
import { SourceHeaders } from './source-header.js';
import type { Spare } from './spare.js';

export interface PartitionEngineOptions {
  plan: KafkaPipelinePlan;
  topic: string;
  partition: number;
  /** Where outputs go: the same partition, where the sink has as many; undefined: by the key. */
  sinkPartition: number | undefined;
  bad: BadRecords;
  metrics: RunMetrics;
  /** Lists that have been written, to be used again. */
  spare: Spare<RecordBatchList>;
  /** Told of each model that is stopped. */
  onStopped?: (event: ModelEvent & { readonly kind: 'stopped' }) => void;
  /** Takes scored records instead of a topic. */
  write?: (bytes: Uint8Array) => void;
}

/** What a backend has computed of a delivery, one entry for each of its micro-batches. */
export type TakenDelivery = readonly { readonly fields: TakenFields /** Where. */; readonly backend: string }[];

/** A record that cannot be scored where the configuration says that this ends the run. */
class RecordError extends EngineError {
  readonly code = 'RECORD';
}

/**
 * Scores the records of one partition: its series, their statistics, and what has changed in them since it was last written down.
 *
 * Per record it allocates nothing: values are read from the bytes of the delivery, and outputs written into the bytes of the next batch.
 */
export class PartitionEngine {
  readonly log: SeriesLog;
  readonly table: SeriesTable;
  /** Up to where records were scored, in full or in part, and up to where that is committed; null where they never were. */
  scored: number | null = null;
  committed: number | null = null;
  snapshot: Snapshot | undefined;
  readonly #options: PartitionEngineOptions;
  readonly #scorer: BatchScorer;
  readonly #hasBatches: boolean;
  readonly #decoder: NdjsonDecoder;
  readonly #encoder: NdjsonEncoder;
  readonly #headers: SourceHeaders;
  readonly #out = new ByteWriter(4096);
  readonly #origin: RecordOrigin & { records: Records | undefined; from: number };
  #starts = new Uint32Array(64);
  #ends = new Uint32Array(64);
  #lines = new Uint32Array(64);
  #texts: Record<string, number> = {};
  #kept: RecordBatchList | undefined;
  /** Records that came out, ever. */
  #putOut = 0;
  #view: RunView | undefined;
  #watch: PartitionWatch | undefined;

  constructor(options: PartitionEngineOptions) {
    const { plan, topic, partition } = options;
    const { ttl, maxSeries } = plan.state;
    this.#options = options;
    this.table = new SeriesTable({ ...(ttl !== undefined && { ttl }), ...(maxSeries !== undefined && { maxSeries }) });
    this.#scorer = new BatchScorer(plan, this.table, (event) => this.#note(event));
    this.#hasBatches = hasBatches(plan);
    const { engine } = this.#scorer;
    this.log = new SeriesLog(this.table, (name, fingerprint) => engine.columnOf(name, fingerprint));
    this.#decoder = new NdjsonDecoder(decoderOptions(plan));
    this.#encoder = new NdjsonEncoder(plan.output.mode);
    this.#headers = new SourceHeaders(topic, partition);
    const { changes } = this.log;
    this.#origin = {
      records: undefined,
      from: 0,
      begin(i) {
        changes.position = this.records!.offsets[this.from + i]!;
      },
      key(i) {
        const { bytes, keyStart, keyEnd } = this.records!;
        const start = keyStart[this.from + i]!;
        return start < 0 ? '' : keyText(bytes, start, keyEnd[this.from + i]!);
      },
      time(i) {
        return this.records!.timestamps[this.from + i]!;
      },
    };
  }

  /** Shows from now on what it scores. */
  show(view: RunView): void {
    const { topic, partition } = this.#options;
    this.#view = view;
    this.#watch = view.open(`${topic}/${partition}`, this.#scorer.engine);
    this.#scorer.watcher = this.#watch;
  }

  /** Models that were stopped before this process had the partition. O(series). */
  stoppedModels(): ReturnType<RecordModels['stopped']> {
    return this.#scorer.models?.stopped() ?? [];
  }

  /** Outputs of everything that was scored since this was asked last: one batch, where there would be one of each delivery. */
  takeOutputs(): RecordBatchList | undefined {
    const kept = this.#kept;
    this.#kept = undefined;
    return kept;
  }

  /**
   * Has a backend compute what of a delivery rests on its values alone. Nothing is scored or learnt by it: what a transaction says meanwhile
   * is of whole deliveries.
   */
  async take({ records }: Delivery, backend: RoutedBackend): Promise<TakenDelivery> {
    const taken: { fields: TakenFields; backend: string }[] = [];
    for (let from = 0, to = 0; from < records.length; from = to) {
      to = endOfBatch(records, from, this.#options.plan.batch.maxLength, true);
      const batch = this.#decodeBatch(records, from, to);
      const before = backend.counters.jobs[backend.name];
      const fields = await this.#scorer.take(batch, this.#decoder, backend, this.#origin);
      taken.push({ fields, backend: backend.counters.jobs[backend.name] > before ? backend.name : 'cpu' });
    }
    return taken;
  }

  /**
   * Scores and learns a delivery, and keeps its outputs for `takeOutputs`. Its bytes are not needed any more then.
   *
   * @param taken what `take` answered of it
   * @throws BadRecordsError @throws RecordError
   */
  process(delivery: Delivery, taken?: TakenDelivery): DeliveryOutput & { count: number } {
    const { bad, metrics, plan } = this.#options;
    const { topic, partition, records, fault, firstOffset, nextOffset } = delivery;
    const outputs: KafkaOutput[] = [];
    this.scored = nextOffset;
    let good = records.length;
    const refuse = (record: Omit<BadRecord, 'topic' | 'partition'>): void => {
      if (record.nextOffset === undefined) good--;
      const letter = bad.refuse({ topic, partition, ...record });
      this.#view?.refused(record.kind, record.reason, `${topic}/${partition} at offset ${record.offset}`);
      if (letter !== undefined) outputs.push(letter);
    };
    if (fault !== null)
      refuse({
        offset: firstOffset,
        nextOffset,
        kind: 'unreadable-batch',
        reason: fault.message,
        key: null,
        value: null,
        timestamp: 0,
        headers: [],
      });
    metrics.records.add(records.length);
    metrics.bytes.add(delivery.byteLength);
    if (records.length > 0) metrics.batchRecords.observe(records.length);
    this.#kept ??= this.#options.spare.take();
    const list = this.#kept;
    const putOut = this.#putOut;
    const before = { ...this.table.counters };
    for (let from = 0, to = 0, n = 0; from < records.length; from = to, n++) {
      to = endOfBatch(records, from, plan.batch.maxLength, this.#hasBatches);
      this.#score(delivery, from, to, list, outputs, refuse, taken?.[n]);
    }
    bad.count(good);
    this.#countValues(before);
    this.#countPredictions();
    return { delivery, outputs, count: this.#putOut - putOut };
  }

  #score(
    delivery: Delivery,
    from: number,
    to: number,
    list: RecordBatchList,
    outputs: KafkaOutput[],
    refuse: (record: Omit<BadRecord, 'topic' | 'partition'>) => void,
    taken?: TakenDelivery[number],
  ): void {
    const { records } = delivery;
    const batch = this.#decodeBatch(records, from, to);
    const decoder = this.#decoder;
    let scored: ScoredBatch;
    try {
      scored = this.#scorer.score(batch, decoder, this.#origin, taken?.fields);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      const where = `${delivery.topic}/${delivery.partition} at offset ${this.log.changes.position}`;
      throw new RecordError(`${where}: ${error.message}`, { cause: error });
    }
    if (this.#scorer.isBatchNormalized) this.#options.metrics.batches.labels(taken?.backend ?? 'cpu').add();
    if (decoder.faultCount > 0 || this.#scorer.refusals.size > 0)
      for (let i = 0; i < batch.length; i++) {
        const fault = decoder.faults[i];
        const reason = fault === undefined ? this.#scorer.refusals.get(i) : this.#faultOf(records, from + i, fault);
        if (reason === undefined) continue;
        refuse({
          offset: records.offsets[from + i]!,
          kind: fault !== undefined ? 'undecodable' : this.#scorer.isUnfit(i) ? 'unfit-value' : 'no-key',
          reason,
          key: records.key(from + i),
          value: records.value(from + i),
          timestamp: records.timestamps[from + i]!,
          headers: records.headers(from + i),
        });
      }
    this.#encode(records, from, batch, scored, list, outputs);
    this.#writeEvents(delivery, from, outputs);
  }

  #faultOf(records: Records, i: number, fault: string): string {
    return records.valueStart[i]! < 0 ? 'it has no value' : fault;
  }

  #encode(
    records: Records,
    from: number,
    batch: RecordBatch,
    scored: ScoredBatch,
    list: RecordBatchList,
    outputs: KafkaOutput[],
  ): void {
    const { keep } = scored;
    const { write, sinkPartition, plan } = this.#options;
    const { bytes, keyStart, keyEnd, timestamps } = records;
    const out = this.#out;
    const headers = this.#headers;
    for (let i = 0; i < batch.length; i++) {
      if (keep[i] === 0) continue;
      this.#putOut++;
      if (write === undefined) out.clear();
      this.#encoder.encodeRecord(batch, scored, i, out);
      if (write !== undefined) {
        out.byte(10);
        continue;
      }
      const at = from + i;
      const start = keyStart[at]!;
      if (sinkPartition === undefined) {
        outputs.push({
          ...(plan.sink.kind === 'kafka' && { topic: plan.sink.topic }),
          key: records.key(at)?.slice() ?? null,
          value: out.view().slice(),
          timestamp: timestamps[at]!,
          headers: headers.listOf(records, at),
        });
        continue;
      }
      headers.of(records, at);
      list.appendEncoded(
        timestamps[at]!,
        start < 0 ? null : bytes,
        start,
        keyEnd[at]!,
        out.bytes,
        0,
        out.length,
        headers.bytes,
        headers.length,
      );
    }
    if (write === undefined || out.length === 0) return;
    write(out.view());
    out.clear();
  }

  #writeEvents({ topic, partition, records }: Delivery, from: number, outputs: KafkaOutput[]): void {
    const { plan, metrics } = this.#options;
    for (const change of this.#scorer.renormalizations) {
      const { record, at, ...event } = change;
      const i = from + record;
      const offset = records.offsets[i]!;
      metrics.events.labels(event.cause).add();
      const time = records.timestamps[i]!;
      if (this.#watch !== undefined) this.#view?.renormalized(this.#watch, change, Number.isFinite(at) ? at : time);
      if (plan.events === undefined) continue;
      outputs.push({
        topic: plan.events.topic,
        key: records.key(i)?.slice() ?? Buffer.from(event.key),
        value: Buffer.from(JSON.stringify({ type: 'renormalization', ...event, topic, partition, offset, time })),
        timestamp: time,
        headers: [['streamnorm-source', Buffer.from(`${topic}/${partition}/${offset}`)]],
      });
    }
  }

  #decodeBatch(records: Records, from: number, to: number): RecordBatch {
    const batch = this.#batchOf(records, from, to);
    this.#decoder.decode(batch);
    this.#origin.records = records;
    this.#origin.from = from;
    return batch;
  }

  #batchOf(records: Records, from: number, to: number): RecordBatch {
    const length = to - from;
    if (this.#starts.length < length) {
      this.#starts = new Uint32Array(2 * length);
      this.#ends = new Uint32Array(2 * length);
      this.#lines = new Uint32Array(2 * length);
    }
    const { valueStart, valueEnd } = records;
    for (let i = 0; i < length; i++) {
      const start = valueStart[from + i]!;
      this.#starts[i] = start < 0 ? 0 : start;
      this.#ends[i] = start < 0 ? 0 : valueEnd[from + i]!;
    }
    return {
      bytes: records.bytes,
      starts: this.#starts,
      ends: this.#ends,
      length,
      firstLine: 0,
      lines: this.#lines,
      position: 0,
      nextLine: 0,
      rejected: [],
    };
  }

  #note(event: ModelEvent): void {
    const { metrics, onStopped } = this.#options;
    metrics.modelEvents.labels(event.model, event.kind).add();
    if (event.kind === 'stopped') onStopped?.(event);
  }

  #countPredictions(): void {
    const { metrics } = this.#options;
    this.#scorer.models?.takeCounts(({ model, predictions, judged, loss }) => {
      metrics.predictions.labels(model).add(predictions);
      metrics.judgedPredictions.labels(model).add(judged);
      metrics.predictionLoss.labels(model).add(loss);
    });
  }

  #countValues(before: SeriesTable['counters']): void {
    const { metrics } = this.#options;
    const { counters } = this.table;
    metrics.missingValues.add(counters.missing - before.missing);
    metrics.lateValues.add(counters.late - before.late);
    metrics.untimedValues.add(counters.untimed - before.untimed);
    metrics.gatedValues.add(counters.gated - before.gated);
    metrics.leftOutTerms.add(counters.leftOut - before.leftOut);
    metrics.evictedSeries.add(counters.evicted + counters.expired - before.evicted - before.expired);
    const texts = this.#scorer.textValues;
    for (const field in texts) {
      const more = texts[field]! - (this.#texts[field] ?? 0);
      if (more > 0) metrics.textValues.labels(field).add(more);
    }
    this.#texts = texts;
  }
}
