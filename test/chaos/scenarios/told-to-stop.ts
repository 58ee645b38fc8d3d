import { api } from '../kafka-proxy.js';
import { sleep } from '../lab.js';
import { PipelineUnderTest } from '../pipeline.js';
import { between, conclude, type Scenario } from '../scenario.js';
import { feed, workload } from '../workload.js';

export const F3: Scenario = {
  id: 'F3',
  title: 'SIGTERM in the middle of batches; a second one forces the end',
  async run(lab) {
    const { proxy, ...cluster } = await lab.proxied();
    const pipeline = await PipelineUnderTest.open(lab, { cluster });
    const dice = lab.random('F3');
    const times = lab.scaled(20, 4);
    const records = lab.scaled(400_000, 40_000);
    const feeding = feed(workload({ records, keys: records / 100, seed: lab.seed }), {
      client: pipeline.client,
      topic: pipeline.source,
      partitions: pipeline.partitions,
      rate: (records / (times * 2500)) * 1000,
    });
    const faults: string[] = [];
    const drains: number[] = [];
    for (let i = 0; i < times; i++) {
      const engine = pipeline.start();
      await sleep(between(1500, 3500, dice));
      const { code, after } = await engine.stop('SIGTERM', 30_000);
      drains.push(after);
      if (code !== 0) faults.push(`told to stop, it ended with code ${code}: ${pipeline.lastWords}`);
      if (after > 10_000) faults.push(`it drained for ${Math.round(after)} ms`);
    }
    const again = await pipeline.aborted();
    if (again > 0) faults.push(`${again} records were done again after a drain`);

    // A sink that does not answer keeps it draining, until it is told a second time.
    const engine = pipeline.start();
    await feeding;
    await pipeline.caughtUp();
    proxy.onRequest = (request) => (request.api === api.produce ? 'drop' : 'pass');
    await feed(workload({ records: 1000, keys: 100, seed: lab.seed + 1 }), {
      client: pipeline.client,
      topic: pipeline.source,
      partitions: pipeline.partitions,
    });
    await sleep(1000);
    engine.kill('SIGTERM');
    await sleep(1000);
    if (!engine.isRunning) faults.push('it did not wait for what was under way');
    const { code, after } = await engine.stop('SIGTERM', 10_000);
    if (after > 3000 || code === 0)
      faults.push(`a second SIGTERM ended it after ${Math.round(after)} ms with code ${code}`);
    proxy.reset();
    pipeline.start();
    const outcome = await conclude(pipeline, lab);
    outcome.faults.unshift(...faults);
    outcome.facts.unshift(
      `${times} × SIGTERM, drained in ≤ ${Math.round(Math.max(...drains))} ms`,
      `${again} done again`,
    );
    return outcome;
  },
};
