import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { sleep } from '../lab.js';
import { PipelineUnderTest } from '../pipeline.js';
import { conclude, type Scenario } from '../scenario.js';
import { feed, workload } from '../workload.js';

const HTTP = { host: '127.0.0.1', port: 19464 };

export const F15: Scenario = {
  id: 'F15',
  title: 'the local state is deleted: a million keys come back from the changelog',
  async run(lab) {
    const cluster = await lab.single();
    const keys = lab.scaled(1_000_000, 50_000);
    const path = join(lab.folder, 'state-F15');
    const pipeline = await PipelineUnderTest.open(lab, {
      cluster,
      config: { state: { store: 'kafka', path }, http: HTTP },
    });
    const { client, source, partitions } = pipeline;
    const put = (records: number, seed: number): Promise<number> =>
      feed(workload({ records, keys, seed }), { client, topic: source, partitions });
    await put(keys * 2, lab.seed);
    const first = pipeline.start();
    await pipeline.caughtUp(120_000);
    await first.stop();
    rmSync(path, { recursive: true, force: true });
    await put(partitions * 100, lab.seed + 1);
    const before = await pipeline.committed();
    const begin = performance.now();
    const second = pipeline.start();
    let readyAt = Number.NaN;
    let notReady = 0;
    let answer = '';
    let progress = '';
    while (second.isRunning && !((await pipeline.committed()) > before) && performance.now() - begin < 180_000) {
      const status = await fetch(`http://${HTTP.host}:${HTTP.port}/readyz`).then(
        async (response) => {
          answer = await response.text();
          return response.status;
        },
        () => 0,
      );
      if (status === 503) {
        notReady++;
        progress = answer;
      }
      if (status === 200 && Number.isNaN(readyAt)) readyAt = performance.now() - begin;
      await sleep(50);
    }
    const restored = performance.now() - begin;
    const faults: string[] = [];
    if (lab.judgesTime && restored > 60_000 * Math.max(lab.scale, 0.1))
      faults.push(`the first record came out after ${(restored / 1000).toFixed(1)} s`);
    if (!/restoring/i.test(progress)) faults.push(`nothing shows the progress of the restore: '${progress}'`);
    if (notReady === 0) faults.push(`/readyz never said that it was not ready; it said '${answer}'`);
    if (readyAt < restored * 0.2)
      faults.push(`/readyz was ready after ${Math.round(readyAt)} ms, in the middle of the restore`);
    const outcome = await conclude(pipeline, lab, { memory: 1200 });
    outcome.faults.unshift(...faults);
    outcome.facts.unshift(
      `${keys} keys × ${Object.keys(pipeline.fields).length} fields: first record ${(restored / 1000).toFixed(1)} s after the start`,
    );
    return outcome;
  },
};
