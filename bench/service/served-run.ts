import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Contender, Job } from '../kafka/contender.js';
import { StartedProgram } from '../kafka/started-program.js';

const cli = resolve('dist/src/cli/main.js');

/** `streamnorm run` with its page. */
export class ServedRun extends StartedProgram {
  /** Where it is served. @throws Error when it ends before that */
  async url(): Promise<string> {
    for (;;) {
      const url = /"url":"(http:[^"]+)"/.exec(this.said)?.[1];
      if (url !== undefined) return url;
      this.assertRunning();
      await sleep(20);
    }
  }
}

const configOf = (job: Job): string => {
  const path = join(job.folder, 'pipeline.json');
  mkdirSync(job.folder, { recursive: true });
  writeFileSync(
    path,
    JSON.stringify({
      source: { kafka: { brokers: job.brokers, topic: job.source, groupId: job.group } },
      record: { key: 'deviceId', time: 'ts' },
      fields: { temperature: 'z-score' },
      defaults: { warmup: job.warmup },
      sink: { kafka: { topic: job.sink } },
      http: { port: 0 },
    }),
  );
  return path;
};

const contender = (id: string, flags: readonly string[]): Contender => ({
  id,
  name: id,
  exactlyOnce: true,
  phases: [],
  session: 0,
  missing: () => null,
  start: (job) => new ServedRun(process.execPath, [...flags, cli, 'run', configOf(job), '--log-format', 'json']),
  ownTopics: ({ group, source }) => [`${group}-${source}-changelog`],
});

export const servedRun = contender('served', []);
/** The same with an OpenTelemetry SDK whose spans go nowhere. */
export const tracedRun = contender('traced', ['--import', resolve('bench/service/trace-nowhere.mjs')]);

/** The sum of the samples of a metric. */
export async function readMetric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].reduce(
    (sum, [, x]) => sum + Number(x),
    0,
  );
}
