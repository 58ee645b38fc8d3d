import { type Lab, sleep } from '../lab.js';
import { PipelineUnderTest } from '../pipeline.js';
import { conclude, type Scenario } from '../scenario.js';
import { feed, workload } from '../workload.js';

function feedFor(lab: Lab, pipeline: PipelineUnderTest, seconds: number): Promise<number> {
  return feed(workload({ records: seconds * 3000, keys: seconds * 30, seed: lab.seed }), {
    client: pipeline.client,
    topic: pipeline.source,
    partitions: pipeline.partitions,
    rate: 3000,
  });
}

/**
 * With three brokers, as where it matters: a partition's leadership moves before its broker goes. A lone broker (seen with 4.4.0) that is
 * told to stop in the middle of a commit may take its own partitions for deleted, leave the markers of the transaction out, and note it as
 * completed: it hangs for ever then, whoever wrote it.
 */
export const F5: Scenario = {
  id: 'F5',
  title: 'a broker is restarted every 15 s, one after the other',
  async run(lab) {
    const cluster = await lab.triple();
    const pipeline = await PipelineUnderTest.open(lab, { cluster });
    const { nodes } = cluster.kafka;
    const restarts = lab.scaled(8, 3);
    const feeding = feedFor(lab, pipeline, restarts * 17 + 10);
    pipeline.start();
    await sleep(8000);
    for (let i = 1; i <= restarts; i++) {
      const node = nodes[i % nodes.length]!;
      const measuring = pipeline.recovered(`restart ${i} of a broker`, 90_000);
      await node.stop();
      await node.start();
      await Promise.all([measuring, sleep(15_000)]);
    }
    await feeding;
    const outcome = await conclude(pipeline, lab, { recovery: 30_000 });
    outcome.facts.unshift(`${restarts} restarts`);
    return outcome;
  },
};

export const F6: Scenario = {
  id: 'F6',
  title: 'one of three brokers is killed, then two of three',
  async run(lab) {
    const cluster = await lab.triple();
    const pipeline = await PipelineUnderTest.open(lab, { cluster });
    const { nodes } = cluster.kafka;
    const away = lab.scaled(60, 15) * 1000;
    const feeding = feedFor(lab, pipeline, 30 + Math.round(away / 1000));
    const engine = pipeline.start();
    await sleep(10_000);
    await nodes[0]!.kill();
    await pipeline.recovered('the death of one broker of three', 90_000);
    await sleep(5000);
    await nodes[0]!.start();
    await sleep(10_000);
    await Promise.all([nodes[1]!.kill(), nodes[2]!.kill()]);
    await sleep(5000);
    const before = engine.memory.length;
    await sleep(away);
    const memory = engine.memory.slice(before);
    const growth = memory.at(-1)! / memory[0]!;
    await Promise.all([nodes[1]!.start(), nodes[2]!.start()]);
    await pipeline.recovered('the death of two brokers of three', 120_000);
    await feeding;
    const outcome = await conclude(pipeline, lab, { recovery: 60_000 });
    if (growth > 1.2) outcome.faults.push(`without brokers its memory grew ${growth.toFixed(2)} ×`);
    outcome.facts.unshift(`memory while two are away × ${growth.toFixed(2)}`);
    await lab.dismiss('triple');
    return outcome;
  },
};
