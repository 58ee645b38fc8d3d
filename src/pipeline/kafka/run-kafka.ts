import { setTimeout as sleep } from 'node:timers/promises';
import {
  catchError,
  concatMap,
  EMPTY,
  from,
  lastValueFrom,
  map,
  mergeMap,
  type Observable,
  type OperatorFunction,
  retry,
  tap,
  throwError,
  timer,
} from 'rxjs';
import type { RoutedBackend } from '../../backend/routed-backend.js';
import { EngineError } from '../../errors.js';
import { clientOf } from '../../kafka/client.js';
import { fromKafka } from '../../kafka/from-kafka.js';
import { TransportError } from '../../kafka/kafka-errors.js';
import { PartitionTransactions } from '../../kafka/partition-transactions.js';
import type { Delivery, GroupConsumer, KafkaClient, ProduceBatch } from '../../kafka/port.js';
import type { RecordBatchList } from '../../kafka/record-batch/record-batch-list.js';
import { toKafka } from '../../kafka/to-kafka.js';
import type { DeliveryOutput } from '../../kafka/to-kafka-options.js';
import type { Health } from '../metrics/health.js';
import type { RunMetrics } from '../metrics/run-metrics.js';
import type { BatchDevices } from '../open-batch-backend.js';
import type { KafkaPipelinePlan } from '../plan.js';
import type { RunLog } from '../run-log.js';
import type { DeliveryTrace, DeliveryTracer } from '../trace/delivery-tracer.js';
import type { RunView } from '../view/run-view.js';
import { BadRecords } from './bad-records.js';
import { openTextSink, type TextSink } from './open-text-sink.js';
import { openToldBackend } from './open-told-backend.js';
import type { TakenDelivery } from './partition-engine.js';
import { PartitionEngines } from './partition-engines.js';
import { Snapshots } from './snapshots.js';
import { type PipelineTopics, prepareTopics } from './topics.js';
import { watchLag } from './watch-lag.js';

export interface KafkaRunOptions {
  /** Aborted: reads no more, finishes what was read, commits it and leaves the group; at most `drain` ms. */
  signal?: AbortSignal;
  /** @defaultValue 9_000 */
  drain?: number;
  metrics: RunMetrics;
  health: Health;
  log: RunLog;
  /** Shown what comes and goes, and what is scored. */
  view?: RunView | undefined;
  /** Told what becomes of each delivery. */
  tracer?: DeliveryTracer | undefined;
  /** Milliseconds between local snapshots of a partition, where the plan has a folder for them. @defaultValue 300_000 */
  snapshotEvery?: number;
  /** How to open the devices of `batch.backend`. @defaultValue as `chooseBackend` does */
  devices?: BatchDevices;
  /** Which of several workers this is. @defaultValue 0 */
  worker?: number;
}

/** How long a run that ends may write local snapshots, in ms. */
const SAVE = 5_000;

/**
 * ms that a transaction may take: long, for a slow sink is no fault. Whoever takes the partition over ends it at once, so that it only
 * holds readers up when nobody does.
 */
const TRANSACTION_TIMEOUT = 300_000;

/** Longest pause before the stream is begun again, in ms. */
const LONGEST_PAUSE = 10_000;

interface ScoredDelivery extends DeliveryOutput {
  /** To be used again once they are written. */
  lists: RecordBatchList[];
  /** Records that came out. */
  count: number;
  readonly since: number;
  readonly trace: DeliveryTrace | undefined;
}

/**
 * Runs a pipeline whose source is Kafka until it is told to stop.
 *
 * ## Back pressure
 *
 * What is fetched and not committed is bounded by `source.kafka.maxBytesInFlight`; when outputs cannot be written, fetching stops, and
 * the member keeps its place in the group.
 *
 * ## Delivery guarantees
 *
 * State, next offset and, with exactly-once, outputs, events and dead letters are one transaction for each batch of a partition. Whoever
 * takes a partition over fences the one before, then restores. With at-least-once outputs go ahead of the transaction: what a crash
 * leaves uncommitted is scored again from the same state, so that an output that comes twice is the same to the bit, and names its record.
 *
 * A broker that is lost is tried again for as long as it takes, `health` says so meanwhile; what the brokers refuse for good ends the run.
 *
 * @throws EngineError
 */
export async function runKafka(plan: KafkaPipelinePlan, options: KafkaRunOptions): Promise<void> {
  const backend = await openToldBackend(plan, options);
  try {
    const client = clientOf(plan.source.connection);
    try {
      await new KafkaRun(plan, options, client, backend).work();
    } finally {
      await client.close();
    }
  } finally {
    await backend?.dispose();
  }
}

class KafkaRun {
  readonly #plan: KafkaPipelinePlan;
  readonly #options: KafkaRunOptions;
  readonly #client: KafkaClient;
  /** Absent where the CPU scores micro-batches as they come. */
  readonly #backend: RoutedBackend | undefined;
  readonly #bad: BadRecords;
  #consumer: GroupConsumer | undefined;
  #text: TextSink | undefined;
  #snapshots: Snapshots | undefined;
  #attempt = 0;
  /** Ends what the metrics ask of this run. */
  readonly #endMetrics: () => void;
  readonly #lagWatch: NodeJS.Timeout | undefined;

  constructor(
    plan: KafkaPipelinePlan,
    options: KafkaRunOptions,
    client: KafkaClient,
    backend: RoutedBackend | undefined,
  ) {
    this.#plan = plan;
    this.#options = options;
    this.#client = client;
    this.#backend = backend;
    const { metrics, log } = options;
    this.#bad = new BadRecords({ ...plan, topic: plan.deadLetter?.topic }, metrics, log);
    metrics.inFlightBytes.read(() => this.#consumer?.bytesInFlight ?? 0);
    this.#endMetrics = metrics.set.onCollect(() => {
      for (const { topic, partition, position, endOffset } of this.#consumer?.lag() ?? [])
        metrics.lag.labels(topic, partition).set(endOffset - position);
    });
    this.#lagWatch = watchLag(plan, options.health, () => this.#consumer?.lag() ?? []);
  }

  async work(): Promise<void> {
    try {
      await this.#work();
    } finally {
      this.#endMetrics();
      clearInterval(this.#lagWatch);
    }
  }

  async #work(): Promise<void> {
    const { signal, health, log } = this.#options;
    // What is wrong at the beginning is most likely wrong in the configuration: it is told at once.
    const topics = await prepareTopics(this.#client, this.#plan);
    if (signal?.aborted) return;
    health.enter('restoring', 'joining the group');
    log.info('started', {
      topic: this.#plan.source.topic,
      partitions: topics.partitions,
      groupId: this.#plan.source.groupId,
      delivery: this.#plan.delivery,
    });
    const { sink } = this.#plan;
    if (sink.kind !== 'kafka') this.#text = await openTextSink(sink);
    await lastValueFrom(this.#stream(topics).pipe(this.#again()), { defaultValue: null }).finally(async () => {
      await this.#text?.close();
      // The group has been left: what is still written holds nobody up, and is not missed when it is cut off.
      if (this.#snapshots !== undefined)
        await Promise.race([this.#snapshots.settle(), sleep(SAVE, undefined, { ref: false })]);
    });
  }

  /** The local snapshots, where the plan has a folder for them: one object for all lives of the stream. */
  #snapshotsOf({ changelog }: PipelineTopics): Snapshots | undefined {
    const { state, fields, learn } = this.#plan;
    if (changelog === undefined || state.store !== 'kafka' || state.path === undefined) return undefined;
    const { log, health, snapshotEvery } = this.#options;
    this.#snapshots ??= new Snapshots({
      path: state.path,
      admin: this.#client.admin,
      changelog,
      fields: JSON.stringify(learn ? { fields, learn } : fields),
      log,
      health,
      ...(snapshotEvery !== undefined && { every: snapshotEvery }),
    });
    return this.#snapshots;
  }

  /** One life of the pipeline: a member of the group, until it is told to stop or something fails. */
  #stream(topics: PipelineTopics): Observable<unknown> {
    const { metrics, health, log, tracer, signal, drain = 9_000, worker = 0 } = this.#options;
    const plan = this.#plan;
    const client = this.#client;
    const { source, sink, state, delivery: guarantee, batch } = plan;
    const exactlyOnce = guarantee === 'exactly-once';
    const { changelog } = topics;
    const text = this.#text;
    const engines = new PartitionEngines({
      plan,
      client,
      topics,
      bad: this.#bad,
      metrics,
      health,
      log,
      view: this.#options.view,
      ...(text && { write: text.append }),
      snapshots: this.#snapshotsOf(topics),
    });
    const transactions =
      changelog === undefined && !exactlyOnce
        ? undefined
        : new PartitionTransactions({
            client,
            transactionalId: source.groupId,
            transactionTimeout: TRANSACTION_TIMEOUT,
            ...(sink.kind === 'kafka' && { compression: sink.compression }),
          });
    const instance = source.groupInstanceId;
    return fromKafka({
      client,
      groupId: source.groupId,
      ...(instance !== undefined && { groupInstanceId: plan.workers > 1 ? `${instance}-${worker}` : instance }),
      topics: [source.topic],
      startFrom: source.startFrom,
      onGap: source.onGap,
      sessionTimeout: source.sessionTimeout,
      maxBytesInFlight: source.maxBytesInFlight,
      maxBatchBytes: source.maxBatchBytes,
      ...(transactions && { transactions }),
      ...(signal && { signal }),
      drain,
      assigned: (assignment) => {
        metrics.rebalances.add();
        return engines.open(assignment);
      },
      revoked: (assignment, lost) => {
        metrics.rebalances.add();
        engines.close(assignment, lost);
        tracer?.gone(assignment);
        log.info(lost ? 'partition lost' : 'partition given back', {
          topic: assignment.topic,
          partition: assignment.partition,
        });
      },
      connection: (trouble) => {
        this.#options.view?.note(
          'note',
          trouble === null ? 'connected to the brokers again' : `no connection to the brokers: ${trouble.message}`,
        );
        if (trouble === null) {
          metrics.reconnects.add();
          health.clear('connection');
          log.info('connected again');
        } else {
          health.trouble('connection', `no connection to the brokers: ${trouble.message}`);
          log.warn('no connection to the brokers; trying again', { reason: trouble.message });
        }
      },
    }).pipe(
      tap(({ consumer }) => {
        this.#consumer = consumer;
      }),
      this.#score(engines),
      text === undefined ? map((scored) => scored) : this.#writeText(text),
      toKafka({
        client,
        ...(transactions && { transactions }),
        ...(transactions && !exactlyOnce && { outputs: 'at-once' as const }),
        maxWait: exactlyOnce || state.store !== 'kafka' ? batch.maxWait : state.checkpointEvery,
        ...(sink.kind === 'kafka' && { compression: sink.compression }),
        ...(sink.kind === 'kafka' && {
          gathered: (together) => partOf(together, engines.outputs(together.at(-1)!.delivery)),
        }),
        retrying: (error) => {
          metrics.abortedTransactions.add();
          health.trouble('sink', `outputs are not written: ${error.message}`);
          this.#options.view?.note('note', `outputs are not written, and tried again: ${error.message}`);
          log.warn('outputs are not written; trying again', { reason: error.message });
        },
        state: (together) => {
          if (tracer !== undefined) for (const { trace } of together as ScoredDelivery[]) trace?.committing();
          return changelog === undefined ? [] : partOf(together, engines.changes(together.at(-1)!.delivery, changelog));
        },
      }),
      tap((output) => this.#committed(output as ScoredDelivery, engines)),
    );
  }

  /** Nothing is held up here: what a transaction says of the state must be of all that was scored before it. */
  #writeText(text: TextSink): OperatorFunction<ScoredDelivery, ScoredDelivery> {
    let written = Promise.resolve();
    return map((scored) => {
      written = written.then(() => text.write());
      written.catch(() => {}); // told by the commit that waits for it
      return { ...scored, written };
    });
  }

  #score(engines: PartitionEngines): OperatorFunction<Delivery, ScoredDelivery> {
    const { metrics, log, tracer } = this.#options;
    const backend = this.#backend;
    const score = (delivery: Delivery, since = performance.now(), taken?: TakenDelivery) => {
      const engine = delivery.stale ? undefined : engines.of(delivery);
      if (engine === undefined) {
        delivery.settle();
        return EMPTY;
      }
      const { gap } = delivery;
      if (gap !== null) {
        metrics.offsetGapRecords.add(gap.to - gap.from);
        log.error('records were deleted before they were read', {
          topic: delivery.topic,
          partition: delivery.partition,
          from: gap.from,
          to: gap.to,
        });
      }
      const trace = tracer?.begin(delivery);
      const scored = engine.process(delivery, taken);
      trace?.scored();
      return [{ ...scored, lists: [], since, trace }];
    };
    return concatMap((delivery) => {
      const engine = delivery.stale ? undefined : engines.of(delivery);
      if (backend === undefined || engine === undefined) return score(delivery);
      const since = performance.now();
      // It may have been taken away meanwhile: that is looked at again when it is scored.
      return from(engine.take(delivery, backend)).pipe(mergeMap((taken) => score(delivery, since, taken)));
    });
  }

  #committed({ delivery, lists, since, count, trace }: ScoredDelivery, engines: PartitionEngines): void {
    const { metrics, health } = this.#options;
    const { records } = delivery;
    this.#attempt = 0;
    health.clear('stream');
    health.clear('sink');
    engines.committed(delivery);
    trace?.committed();
    metrics.commits.add();
    metrics.outputs.add(count);
    metrics.batchSeconds.observe((performance.now() - since) / 1000);
    if (records.length > 0)
      metrics.latency.observe(Math.max(0, Date.now() - records.timestamps[0]!) / 1000, records.length);
    for (const list of lists) engines.reuse(list);
  }

  /** Begins again after what passes by itself, with longer and longer pauses; what does not ends the run. */
  #again<T>(): OperatorFunction<T, T> {
    const { metrics, health, log, signal, view, tracer } = this.#options;
    return (source) =>
      source.pipe(
        retry({
          delay: (error: unknown) => {
            tracer?.failed(error);
            if (signal?.aborted) return throwError(() => error);
            if (!isPassing(error)) return throwError(() => error);
            metrics.abortedTransactions.add();
            const pause = Math.min(LONGEST_PAUSE, 200 * 2 ** this.#attempt++);
            const { message, code } = error as EngineError;
            health.trouble('stream', message);
            view?.note('note', `the stream broke and is begun again: ${message}`);
            log.warn('the stream broke and is begun again', { reason: message, code, pause });
            return timer(pause);
          },
        }),
        // Told to stop while it was broken: nothing is lost, for nothing of it was committed.
        catchError((error: unknown) => (signal?.aborted && isPassing(error) ? EMPTY : throwError(() => error))),
      );
  }
}

/** A list that is written with these deliveries, and is to be used again once they are committed. */
function partOf(
  together: readonly DeliveryOutput[],
  part: { batch: ProduceBatch; list: RecordBatchList } | undefined,
): readonly ProduceBatch[] {
  if (part === undefined) return [];
  (together.at(-1) as ScoredDelivery).lists.push(part.list);
  return [part.batch];
}

const PASSING = ['PRODUCER_FENCED', 'STALE_EPOCH', 'TRANSACTION_OUTCOME'];

function isPassing(error: unknown): boolean {
  if (error instanceof TransportError)
    return error.retriable || (error.apiCodes.length > 0 && !REFUSED.some((code) => error.apiCodes.includes(code)));
  return error instanceof EngineError && PASSING.includes(error.code);
}

/** What the brokers will refuse however often it is asked: authorization, and records that are too large. */
const REFUSED = [29, 30, 31, 53, 54, 58, 10, 18, 87];
