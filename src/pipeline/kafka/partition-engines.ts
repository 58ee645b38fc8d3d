import { CorruptCheckpointError, IncompatibleStateError } from '../../errors.js';
import { ChangelogError, type ChangelogStore } from '../../kafka/changelog-store.js';
import { OffsetGapError } from '../../kafka/kafka-errors.js';
import type { Assignment, Delivery, KafkaClient, ProduceBatch } from '../../kafka/port.js';
import { RecordBatchList } from '../../kafka/record-batch/record-batch-list.js';
import type { Health } from '../metrics/health.js';
import type { RunMetrics } from '../metrics/run-metrics.js';
import type { KafkaPipelinePlan } from '../plan.js';
import type { RunLog } from '../run-log.js';
import type { RunView } from '../view/run-view.js';
import type { BadRecords } from './bad-records.js';
import { PartitionEngine } from './partition-engine.js';
import type { LoadedSnapshot, Snapshot } from './snapshot.js';
import type { Snapshots } from './snapshots.js';
import { Spare } from './spare.js';
import { StoppedModels } from './stopped-models.js';
import type { PipelineTopics } from './topics.js';

export interface PartitionEnginesOptions {
  plan: KafkaPipelinePlan;
  client: KafkaClient;
  topics: PipelineTopics;
  bad: BadRecords;
  metrics: RunMetrics;
  health: Health;
  log: RunLog;
  /** Shown what comes and goes, and what is scored. */
  view?: RunView | undefined;
  write?: (bytes: Uint8Array) => void;
  snapshots?: Snapshots | undefined;
}

/** What tells that a snapshot and the changelog do not go together, though each may be whole. */
const UNFIT = [CorruptCheckpointError, IncompatibleStateError, ChangelogError, OffsetGapError] as const;

/** How often the log says how far a restore is, in ms. */
const SAY_EVERY = 2_000;
/** How often stopped models are counted at most, which takes a look at all series, in ms. */
const RECOUNT_EVERY = 10_000;

/** The engines of the partitions that this process holds: made and restored when a partition comes, dropped when it goes. */
export class PartitionEngines {
  readonly #options: PartitionEnginesOptions;
  readonly #engines = new Map<Assignment, PartitionEngine>();
  readonly #restoring = new Map<Assignment, number>();
  readonly #stopped: StoppedModels;
  /** When the stopped models of an engine were counted, and how many series it had forgotten by then. */
  readonly #recounted = new WeakMap<PartitionEngine, { at: number; forgotten: number }>();
  readonly #spare = new Spare(
    () => new RecordBatchList(),
    (list) => list.reset(),
    64,
  );

  constructor(options: PartitionEnginesOptions) {
    this.#options = options;
    const { metrics, health, plan } = options;
    this.#stopped = new StoppedModels(health, plan.learn?.map(({ name }) => name) ?? []);
    metrics.series.read(() => this.#sum(({ table }) => table.size));
    metrics.stateBytes.read(() => this.#sum(({ table }) => table.byteLength));
  }

  /** Partitions held. */
  get size(): number {
    return this.#engines.size;
  }

  /** Restores a partition that has come, and was fenced. Answers where to begin; undefined: where the group says. */
  async open(assignment: Assignment): Promise<number | undefined> {
    const { plan, topics, client, metrics, log } = this.#options;
    const { topic, partition, signal } = assignment;
    let engine: PartitionEngine;
    let nextOffset: number | null = null;
    if (topics.changelog === undefined) engine = this.#newEngine(assignment);
    else {
      this.#progress(assignment, 0);
      try {
        engine = await this.#restore(assignment, topics.changelog);
      } finally {
        this.#progress(assignment, undefined);
      }
      nextOffset = engine.committed;
      const committed = await client.admin.committedOffset(plan.source.groupId, assignment);
      if (nextOffset !== null && committed !== null && committed !== nextOffset)
        log.warn('the group was set to another offset than its state is of; the state is followed', {
          topic,
          partition,
          groupOffset: committed,
          stateOffset: nextOffset,
        });
      if (nextOffset === null && committed !== null)
        log.warn('the group has an offset and there is no state: statistics begin afresh', {
          topic,
          partition,
          committed,
        });
    }
    if (signal.aborted) {
      engine.snapshot?.drop();
      return undefined;
    }
    this.#engines.set(assignment, engine);
    this.#tellStopped(assignment, engine);
    const { view } = this.#options;
    if (view !== undefined) {
      engine.show(view);
      const { size } = engine.table;
      const restored =
        nextOffset === null ? 'nothing is known of it yet' : `${size} keys restored, from offset ${nextOffset} on`;
      view.note(nextOffset === null ? 'rebalance' : 'restore', `partition ${topic}/${partition} came: ${restored}`);
    }
    metrics.partitionsAssigned.set(this.#engines.size);
    this.#tell();
    return nextOffset ?? undefined;
  }

  /** Drops a partition that has gone: `isLost` when the group took it without asking. */
  close(assignment: Assignment, isLost: boolean): void {
    const { committed, scored, snapshot, log, table } = this.#engines.get(assignment) ?? {};
    if (!isLost && log && table && committed != null && committed === scored) snapshot?.give(log, table, committed);
    else snapshot?.drop();
    const { metrics, view } = this.#options;
    const name = `${assignment.topic}/${assignment.partition}`;
    if (this.#engines.delete(assignment) && view !== undefined) {
      view.close(name);
      view.note('rebalance', `partition ${name} went`);
    }
    this.#restoring.delete(assignment);
    this.#stopped.gone(name);
    metrics.lag.remove(assignment.topic, assignment.partition);
    metrics.partitionsAssigned.set(this.#engines.size);
  }

  /** The engine of a delivery; undefined when its partition has gone. */
  of({ assignment }: Delivery): PartitionEngine | undefined {
    return this.#engines.get(assignment);
  }

  /** Says that a delivery was committed. */
  committed({ assignment, nextOffset }: Delivery): void {
    const engine = this.#engines.get(assignment);
    if (engine === undefined) return;
    engine.committed = nextOffset;
    engine.snapshot?.committed(nextOffset);
    this.#recountStopped(assignment, engine);
  }

  /** A model whose series was forgotten is stopped no more: a new series begins with a new one. */
  #recountStopped({ topic, partition }: Assignment, engine: PartitionEngine): void {
    const name = `${topic}/${partition}`;
    if (!this.#stopped.has(name)) return;
    const { expired, evicted } = engine.table.counters;
    const forgotten = expired + evicted;
    const last = this.#recounted.get(engine);
    const now = performance.now();
    if (forgotten === (last?.forgotten ?? 0) || now < (last?.at ?? 0) + RECOUNT_EVERY) return;
    this.#recounted.set(engine, { at: now, forgotten });
    this.#stopped.recount(name, engine.stoppedModels());
  }

  /** Everything that has changed in a partition since this was asked last, and where the source goes on, for its changelog. */
  changes(delivery: Delivery, changelog: ChangelogStore): { batch: ProduceBatch; list: RecordBatchList } | undefined {
    const engine = this.#engines.get(delivery.assignment);
    if (engine === undefined) return undefined;
    const list = this.#spare.take();
    const batch: ProduceBatch = { topic: changelog.topic, partition: delivery.partition, records: list };
    const { records } = delivery;
    const time = records.length > 0 ? records.timestamps[records.length - 1]! : 0;
    engine.log.collect((key, value) => changelog.append(batch, time, key, value));
    changelog.appendNextOffset(batch, time, delivery.nextOffset);
    if (engine.scored === delivery.nextOffset) engine.snapshot?.gathered(engine.log, engine.table, delivery.nextOffset);
    return { batch, list };
  }

  /** Outputs of everything that was scored in a partition since this was asked last, where engines keep them. */
  outputs({ assignment, partition }: Delivery): { batch: ProduceBatch; list: RecordBatchList } | undefined {
    const list = this.#engines.get(assignment)?.takeOutputs();
    const { sink } = this.#options.plan;
    return list === undefined || sink.kind !== 'kafka'
      ? undefined
      : { batch: { topic: sink.topic, partition, records: list }, list };
  }

  /** Takes a list back that has been written. */
  reuse(list: RecordBatchList): void {
    this.#spare.give(list);
  }

  #newEngine({ topic, partition }: Assignment): PartitionEngine {
    const { plan, topics, bad, metrics, write } = this.#options;
    return new PartitionEngine({
      plan,
      topic,
      partition,
      sinkPartition: topics.sinkPartitions === topics.partitions ? partition : undefined,
      bad,
      metrics,
      spare: this.#spare,
      onStopped: ({ model, reason }) => {
        const { log, view } = this.#options;
        log.error('a model has failed and is stopped', { topic, partition, model, reason });
        if (this.#stopped.stopped(model, `${topic}/${partition}`, reason))
          view?.note('note', `${model}, partition ${topic}/${partition}: ${reason}`);
      },
      ...(write && { write }),
    });
  }

  /** What its state says was stopped by whoever had the partition before. */
  #tellStopped({ topic, partition }: Assignment, engine: PartitionEngine): void {
    for (const { model, key, count } of engine.stoppedModels()) {
      const whose = key === '' ? '' : ` of ${JSON.stringify(key)}`;
      const reason = `the model${whose} was stopped before, and the log said why`;
      this.#options.log.warn('a model is stopped', { topic, partition, model, reason, models: count });
      this.#stopped.stopped(model, `${topic}/${partition}`, reason, count);
    }
  }

  async #restore(assignment: Assignment, changelog: ChangelogStore): Promise<PartitionEngine> {
    const snapshot = await this.#options.snapshots?.open(assignment.partition);
    try {
      const engine = await this.#restoreFrom(snapshot, assignment, changelog);
      engine.committed = engine.scored;
      engine.snapshot = snapshot;
      return engine;
    } catch (error) {
      snapshot?.drop();
      throw error;
    }
  }

  /** From the snapshot and the rest of the changelog; from all of it where there is none, or where they do not go together. */
  async #restoreFrom(
    snapshot: Snapshot | undefined,
    assignment: Assignment,
    changelog: ChangelogStore,
  ): Promise<PartitionEngine> {
    const began = performance.now();
    const loaded = await snapshot?.load();
    if (snapshot !== undefined && loaded !== undefined)
      try {
        const engine = this.#newEngine(assignment);
        engine.log.load(loaded.parts, loaded.meta);
        const entries = await this.#replay(engine, assignment, changelog, began, loaded);
        snapshot.accept(loaded, entries);
        return engine;
      } catch (error) {
        if (!UNFIT.some((unfit) => error instanceof unfit)) throw error;
        snapshot.refuse((error as Error).message);
      }
    const engine = this.#newEngine(assignment);
    await this.#replay(engine, assignment, changelog, began);
    return engine;
  }

  /** Applies the changelog, or what of it was written since a snapshot. Answers how many entries that are. */
  async #replay(
    engine: PartitionEngine,
    assignment: Assignment,
    changelog: ChangelogStore,
    began: number,
    snapshot?: LoadedSnapshot,
  ): Promise<number> {
    const { metrics, log } = this.#options;
    const { topic, partition, signal } = assignment;
    let said = performance.now();
    const { nextOffset, entries } = await changelog.restore(partition, {
      ...(snapshot && { from: snapshot.meta.changelogOffset }),
      apply: (key, value) => engine.log.apply(key, value),
      progress: (done, total) => {
        const ratio = total > 0 ? done / total : 1;
        this.#progress(assignment, ratio);
        const now = performance.now();
        if (now - said < SAY_EVERY) return;
        said = now;
        log.info('restoring state', {
          topic,
          partition,
          done: `${Math.floor(100 * ratio)} %`,
          series: engine.table.size,
        });
      },
      signal,
    });
    engine.log.settle();
    engine.scored = nextOffset ?? snapshot?.meta.nextOffset ?? null;
    const seconds = (performance.now() - began) / 1000;
    metrics.restoredEntries.add(entries);
    metrics.restoreSeconds.set(seconds);
    for (const field of engine.log.restarted)
      log.warn('the state of a field was learnt under another configuration; it began afresh', {
        topic,
        partition,
        field,
      });
    log.info('partition taken', {
      topic,
      partition,
      ...(engine.scored !== null && { offset: engine.scored }),
      series: engine.table.size,
      entries,
      ...(snapshot && { snapshotOf: new Date(snapshot.meta.savedAt).toISOString() }),
      seconds: Number(seconds.toFixed(3)),
    });
    return entries;
  }

  #progress(assignment: Assignment, ratio: number | undefined): void {
    if (ratio === undefined) this.#restoring.delete(assignment);
    else this.#restoring.set(assignment, ratio);
    const all = [...this.#restoring.values()];
    this.#options.metrics.restoreProgress.set(
      all.length === 0 ? 1 : all.reduce((sum, each) => sum + each, 0) / all.length,
    );
    this.#tell();
  }

  #tell(): void {
    const { health } = this.#options;
    if (health.phase !== 'restoring' && health.phase !== 'running') return;
    const left = this.#restoring.size;
    if (left > 0)
      health.enter('restoring', `restoring the state of ${left} ${left === 1 ? 'partition' : 'partitions'}`);
    else health.enter('running');
  }

  #sum(of: (engine: PartitionEngine) => number): number {
    let sum = 0;
    for (const engine of this.#engines.values()) sum += of(engine);
    return sum;
  }
}
