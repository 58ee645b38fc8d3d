import { sleep } from '../lab.js';
import { PipelineUnderTest } from '../pipeline.js';
import { conclude, type Scenario } from '../scenario.js';
import { feed, workload } from '../workload.js';

export const F9: Scenario = {
  id: 'F9',
  title: 'a member stands still for longer than its session, is taken over from, and wakes up',
  short: 0.25,
  async run(lab) {
    const cluster = await lab.single();
    const pipeline = await PipelineUnderTest.open(lab, { cluster });
    const still = lab.scaled(40, 12) * 1000; // the session lasts 6 s
    const times = lab.scaled(3, 1);
    const records = Math.round((times * (still + 12_000)) / 1000) * 3000;
    const feeding = feed(workload({ records, keys: records / 100, seed: lab.seed }), {
      client: pipeline.client,
      topic: pipeline.source,
      partitions: pipeline.partitions,
      rate: 3000,
    });
    const first = pipeline.start({ member: null });
    const second = pipeline.start({ member: null });
    await sleep(5000);
    for (let i = 0; i < times; i++) {
      const [zombie] = i % 2 === 0 ? [first] : [second];
      zombie!.kill('SIGSTOP');
      await pipeline.recovered(`standstill ${i + 1}`);
      await sleep(still);
      zombie!.kill('SIGCONT');
      await sleep(6000);
      if (!zombie!.isRunning) break; // `conclude` says how it ended
    }
    await feeding;
    const outcome = await conclude(pipeline, lab, { recovery: 30_000 });
    outcome.facts.unshift(`${times} × ${still / 1000} s`);
    return outcome;
  },
};
