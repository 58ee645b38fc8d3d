import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KafkaClient } from '../../src/kafka/port.js';
import type { Contender, Job } from './contender.js';
import type { StartedProgram } from './started-program.js';
import { partitions } from './workload.js';

/** The broker and the topics that a contender works on, made for each piece of work and removed after it. */
export class Arena {
  readonly brokers: readonly string[];
  readonly client: KafkaClient;
  readonly #folder = mkdtempSync(join(tmpdir(), 'streamnorm-bench-'));
  #made = 0;

  constructor(brokers: readonly string[], client: KafkaClient) {
    this.brokers = brokers;
    this.client = client;
  }

  /** A topic of four partitions. */
  async topic(kind: string): Promise<string> {
    const name = `bench-${process.pid}-${++this.#made}-${kind}`;
    await this.client.admin.createTopics([{ name, partitions }]);
    return name;
  }

  /** Gives a new job to `work`, and stops what it has started and removes its topics when it is over. */
  async job<Result>(
    contender: Contender,
    { source, warmup }: { source?: string; warmup: number },
    work: (job: Job, start: () => StartedProgram) => Promise<Result>,
  ): Promise<Result> {
    const group = `bench-${process.pid}-${++this.#made}-${contender.id}`;
    const job: Job = {
      brokers: this.brokers,
      source: source ?? (await this.topic('in')),
      sink: await this.topic('out'),
      group,
      warmup,
      folder: join(this.#folder, group),
    };
    const started: StartedProgram[] = [];
    try {
      return await work(job, () => {
        const program = contender.start(job);
        started.push(program);
        return program;
      });
    } finally {
      for (const program of started) await program.stop();
      const own = contender.ownTopics(job);
      for (const topic of [job.sink, ...(source === undefined ? [job.source] : []), ...own])
        await this.client.admin.deleteTopics([topic]).catch(() => {});
    }
  }

  /** Where the committed part of each partition ends. Offsets count the markers of transactions too. */
  ends(topic: string): Promise<number[]> {
    return Promise.all(
      Array.from({ length: partitions }, (_, partition) =>
        this.client.admin.offset({ topic, partition }, 'latest', 'read_committed'),
      ),
    );
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Waits until something holds. @throws Error when it does not within `limit` ms, or the program has ended */
export async function until(
  program: StartedProgram,
  what: string,
  holds: () => boolean | Promise<boolean>,
  limit = 180_000,
): Promise<void> {
  for (const end = performance.now() + limit; !(await holds()); await sleep(20)) {
    program.assertRunning();
    if (performance.now() > end) throw new Error(`${what} took more than ${limit / 1000} s`);
  }
}
