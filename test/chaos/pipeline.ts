import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KafkaClient } from '../../src/kafka/port.js';
import type { FieldOptions } from '../../src/normalize/field-options.js';
import { EngineProcess, ROOT } from './engine-process.js';
import { type Cluster, fresh, type Lab, sleep } from './lab.js';
import { Oracle, settled, type Verdict } from './oracle.js';

/** One of each kind of memory: everything, fading, extremes, adaptive. */
export const W1_FIELDS: Readonly<Record<string, FieldOptions>> = {
  temperature: { method: 'z-score' },
  vibration: { method: 'z-score', memory: { halfLife: 50 } },
  pressure: { method: 'min-max' },
  flow: { method: 'adaptive' },
};

export interface PipelineOptions {
  cluster: Cluster;
  partitions?: number;
  fields?: Readonly<Record<string, FieldOptions>>;
  /** Member of the record that is the key; null: Kafka's key. @defaultValue 'deviceId' */
  key?: string | null;
  delivery?: 'exactly-once' | 'at-least-once';
  sourceSettings?: Readonly<Record<string, string>>;
  /** More of the source's options, and of the configuration's. */
  source?: Readonly<Record<string, unknown>>;
  config?: Readonly<Record<string, unknown>>;
}

interface StartOptions {
  /** Name of the member that outlives the process; null: the group names it. @defaultValue 'one' */
  member?: string | null;
  env?: Record<string, string>;
  config?: Readonly<Record<string, unknown>>;
}

/** How long work stood still after a fault. */
export interface Recovery {
  fault: string;
  /** From the fault to the first record committed after it, in ms. */
  after: number;
}

/** Topics, a configuration, and the processes that run it. */
export class PipelineUnderTest {
  readonly source = fresh('source');
  readonly sink = fresh('sink');
  readonly events = fresh('events');
  readonly dead = fresh('dead');
  readonly group = fresh('group');
  readonly partitions: number;
  readonly client: KafkaClient;
  /** Every process that was ever started. */
  readonly processes: EngineProcess[] = [];
  readonly recoveries: Recovery[] = [];
  readonly options: PipelineOptions;
  readonly #lab: Lab;

  private constructor(lab: Lab, options: PipelineOptions) {
    this.#lab = lab;
    this.options = options;
    this.partitions = options.partitions ?? 6;
    this.client = options.cluster.client;
  }

  /** Creates the source topic; the engine has to create the rest. */
  static async open(lab: Lab, options: PipelineOptions): Promise<PipelineUnderTest> {
    const pipeline = new PipelineUnderTest(lab, options);
    await pipeline.client.admin.createTopics([
      { name: pipeline.source, partitions: pipeline.partitions, settings: options.sourceSettings ?? {} },
    ]);
    return pipeline;
  }

  get fields(): Readonly<Record<string, FieldOptions>> {
    return this.options.fields ?? W1_FIELDS;
  }

  config(member: string | null = 'one'): Record<string, unknown> {
    const { cluster, key = 'deviceId', delivery = 'exactly-once', source = {}, config = {} } = this.options;
    return {
      source: {
        kafka: {
          brokers: cluster.brokers,
          topic: this.source,
          groupId: this.group,
          ...(member !== null && { groupInstanceId: member }),
          startFrom: 'earliest',
          format: 'json',
          sessionTimeout: '6s',
          ...source,
        },
      },
      ...(key !== null && { record: { key, time: 'ts' } }),
      fields: this.fields,
      output: { include: ['center', 'scale', 'count'] },
      sink: { kafka: { topic: this.sink } },
      events: { kafka: { topic: this.events } },
      deadLetter: { kafka: { topic: this.dead } },
      onBadRecord: 'dead-letter',
      state: { store: 'kafka' },
      delivery,
      http: false,
      ...config,
    };
  }

  /** Starts the engine as a user does. */
  start({ member = 'one', env = {}, config = {} }: StartOptions = {}): EngineProcess {
    const file = this.#write(`${fresh('pipeline')}.yaml`, { ...this.config(member), ...config });
    return this.#keep(new EngineProcess([join(ROOT, 'dist/src/cli/main.js'), 'run', file], { env }));
  }

  /** Starts the pipeline that one writes first. */
  startNaive(): EngineProcess {
    const file = this.#write(`${fresh('naive')}.json`, this.config(null));
    return this.#keep(new EngineProcess([join(ROOT, 'test/chaos/naive-pipeline.mjs'), file, ROOT]));
  }

  get running(): EngineProcess[] {
    return this.processes.filter(({ isRunning }) => isRunning);
  }

  /** Records that the group has committed, in all partitions; NaN while that cannot be read. */
  async committed(): Promise<number> {
    const offsets = await this.#offsets();
    return offsets === null ? Number.NaN : offsets.reduce((sum, offset) => sum + offset, 0);
  }

  /** By partition; null while that cannot be read. */
  #offsets(): Promise<number[] | null> {
    return within(5000, this.options.cluster.committed(this.group, this.source)).catch(() => null);
  }

  /** Offsets at the source's end, in all partitions. */
  async end(): Promise<number> {
    let sum = 0;
    for (let partition = 0; partition < this.partitions; partition++)
      sum += await this.client.admin.offset({ topic: this.source, partition }, 'latest');
    return sum;
  }

  /**
   * Waits until everything in the source is committed; an engine that went by itself is not started again.
   * @throws when no record was committed for `patience` ms
   */
  async caughtUp(patience = 60_000): Promise<void> {
    const end = await this.end();
    let best = -1;
    let since = performance.now();
    for (;;) {
      const committed = await this.committed();
      if (committed >= end) return;
      if (committed > best) {
        best = committed;
        since = performance.now();
      }
      const gone = this.running.length === 0;
      if (gone || performance.now() - since > patience)
        throw new Error(
          `${gone ? 'no process is left' : `nothing was committed for ${patience / 1000} s`}: ${Math.max(best, 0)} of ${end} records are done; the last process said: ${this.lastWords}`,
        );
      await sleep(200);
    }
  }

  /** Measures how long it takes until every partition has gone on after a fault. */
  async recovered(fault: string, timeout = 60_000): Promise<void> {
    const begin = performance.now();
    let before = await this.#offsets();
    while (before === null && performance.now() - begin < timeout) before = await this.#offsets();
    let wentOn = 0;
    for (let i = 1; performance.now() - begin < timeout; i++) {
      const now = await this.#offsets();
      const waiting = now?.flatMap((offset, partition) => (offset > (before?.[partition] ?? 0) ? [] : [partition]));
      if (waiting?.length === 0) {
        this.recoveries.push({ fault, after: performance.now() - begin });
        return;
      }
      if (now !== null && waiting!.length < now.length) wentOn = performance.now() - begin;
      await sleep(50);
      // A partition of which everything was done before, and to which nothing has come since, has nothing to go on with.
      if (i % 40 === 0 && waiting !== undefined && (await this.#areDone(waiting, now!))) {
        if (wentOn > 0) this.recoveries.push({ fault, after: wentOn });
        return;
      }
    }
    this.recoveries.push({ fault, after: Number.POSITIVE_INFINITY });
  }

  async #areDone(partitions: readonly number[], offsets: readonly number[]): Promise<boolean> {
    for (const partition of partitions) {
      const end = await this.client.admin.offset({ topic: this.source, partition }, 'latest').catch(() => Number.NaN);
      if (!(offsets[partition]! >= end)) return false;
    }
    return true;
  }

  /** Waits until the group has committed all of another topic, which one of its processes was told to read. */
  async caughtUpWith(topic: string, timeout = 120_000): Promise<void> {
    const until = performance.now() + timeout;
    let end = 0;
    for (let partition = 0; partition < this.partitions; partition++)
      end += await this.client.admin.offset({ topic, partition }, 'latest');
    const done = async (): Promise<number> =>
      (await this.options.cluster.committed(this.group, topic)).reduce((sum, offset) => sum + offset, 0);
    while ((await done()) < end) {
      if (performance.now() > until || this.running.length === 0)
        throw new Error(`${await done()} of ${end} records are done; the last process said: ${this.lastWords}`);
      await sleep(200);
    }
  }

  /** Compares what was written with what an undisturbed run writes. */
  async judge(): Promise<Verdict> {
    const { key = 'deviceId', delivery } = this.options;
    const oracle = await Oracle.of({
      client: this.client,
      source: this.source,
      fields: this.fields,
      ...(key !== null && { key }),
    });
    return oracle.judge(this.sink, this.dead, delivery === 'at-least-once');
  }

  /** Records that were written and taken back, in aborted transactions: work that was done again. */
  async aborted(): Promise<number> {
    let count = 0;
    for (let partition = 0; partition < this.partitions; partition++) {
      await settled(this.client, this.sink, partition);
      const at = { topic: this.sink, partition };
      for await (const { records } of this.client.readPartition({ ...at, isolation: 'read_uncommitted' }))
        count += records.length;
      for await (const { records } of this.client.readPartition(at)) count -= records.length;
    }
    return count;
  }

  /** Stops what still runs, and says what went wrong with any process: ended by itself, a rejection in its log, too much memory. */
  async finish(memoryCap = 400): Promise<string[]> {
    const faults: string[] = [];
    for (const engine of this.running) {
      await sleep(3000 - (performance.now() - engine.started)); // what has hardly begun cannot be told to stop
      const { code, after } = await engine.stop();
      if (code !== 0) faults.push(`told to stop, it ended with code ${code} after ${Math.round(after)} ms`);
    }
    for (const { exit, wasStopped, alarm, peakMemory, log } of this.processes) {
      if (!wasStopped) faults.push(`it ended by itself with code ${exit?.code}: ${lastLine(log)}`);
      if (alarm !== null) faults.push(`its log says: ${alarm}`);
      if (peakMemory > memoryCap) faults.push(`it took ${Math.round(peakMemory)} MB, more than ${memoryCap}`);
    }
    return [...new Set(faults)];
  }

  get peakMemory(): number {
    return Math.max(0, ...this.processes.map((engine) => engine.peakMemory));
  }

  get lastWords(): string {
    return lastLine(this.processes.at(-1)?.log ?? '');
  }

  #write(name: string, config: Record<string, unknown>): string {
    const file = join(this.#lab.folder, name);
    writeFileSync(file, JSON.stringify(config, null, 2)); // JSON is YAML
    return file;
  }

  #keep(engine: EngineProcess): EngineProcess {
    this.processes.push(engine);
    const { logs } = this.#lab;
    if (logs !== undefined) {
      const file = join(logs, `${this.group}-${String(this.processes.length).padStart(3, '0')}.log`);
      engine.exited.then(({ code, signal }) => writeFileSync(file, `${engine.log}ended: ${code ?? signal}\n`));
    }
    return engine;
  }
}

function lastLine(log: string): string {
  return log.trimEnd().split('\n').slice(-2).join(' | ').slice(-600) || 'nothing';
}

function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('late')), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
