import type { EngineProcess } from '../engine-process.js';
import { type Lab, sleep } from '../lab.js';
import { PipelineUnderTest } from '../pipeline.js';
import { between, conclude, type Outcome, type Scenario } from '../scenario.js';
import { feed, workload } from '../workload.js';

/** Three members that join, leave and are killed at random, every 5 to 10 s, while records flow. */
async function rotate(
  lab: Lab,
  pipeline: PipelineUnderTest,
  seconds: number,
  start: () => EngineProcess,
): Promise<{ joins: number; leaves: number; kills: number }> {
  const dice = lab.random('F4');
  const done = { joins: 0, leaves: 0, kills: 0 };
  const records = Math.round(seconds * 5000);
  const feeding = feed(workload({ records, keys: records / 100, seed: lab.seed }), {
    client: pipeline.client,
    topic: pipeline.source,
    partitions: pipeline.partitions,
    rate: 5000,
  });
  for (let i = 0; i < 3; i++) start();
  const until = performance.now() + seconds * 1000;
  let fed = false;
  feeding.finally(() => {
    fed = true;
  });
  while (!fed && performance.now() < until) {
    await sleep(between(5000, 10_000, dice));
    const { running } = pipeline;
    const roll = dice();
    if (running.length < 3 && (roll < 0.6 || running.length < 2)) {
      start();
      done.joins++;
      continue;
    }
    const victim = running[Math.floor(dice() * running.length)]!;
    if (roll < 0.45) {
      done.leaves++;
      await victim.stop('SIGTERM');
    } else {
      done.kills++;
      await victim.stop('SIGKILL');
      if (dice() < 0.5) start();
    }
  }
  while (pipeline.running.length < 2) start();
  await feeding;
  return done;
}

async function rotated(lab: Lab, seconds: number, source: Readonly<Record<string, unknown>>): Promise<Outcome> {
  const cluster = await lab.single();
  const pipeline = await PipelineUnderTest.open(lab, { cluster, source });
  const done = await rotate(lab, pipeline, seconds, () => pipeline.start({ member: null }));
  const outcome = await conclude(pipeline, lab);
  outcome.facts.unshift(`${done.joins} joins, ${done.leaves} leaves, ${done.kills} kills`);
  return outcome;
}

export const F4: Scenario = {
  id: 'F4',
  title: 'three members join, leave and are killed at random',
  short: 1 / 3,
  run: (lab) => rotated(lab, lab.scaled(180, 30), {}),
};

export const F4k: Scenario = {
  id: 'F4k',
  title: 'three members join, leave and are killed at random, through kafkajs',
  run: (lab) => rotated(lab, lab.scaled(60, 30), { client: 'kafkajs' }),
};

export const F4n: Scenario = {
  id: 'F4n',
  title: 'the pipeline that one writes first goes through F4, and must be seen to fail',
  short: 0.12,
  async run(lab) {
    const cluster = await lab.single();
    const faults: string[] = [];
    // Left in peace it is exact: what it does wrong under faults is the faults' doing, and not the oracle's.
    const calm = await PipelineUnderTest.open(lab, { cluster });
    const { client, source: topic, partitions } = calm;
    await feed(workload({ records: 5000, keys: 50, seed: lab.seed }), { client, topic, partitions });
    calm.startNaive();
    await calm.caughtUp(20_000);
    faults.push(...(await calm.finish()), ...(await calm.judge()).faults);

    const pipeline = await PipelineUnderTest.open(lab, { cluster });
    await rotate(lab, pipeline, lab.scaled(180, 20), () => pipeline.startNaive());
    await pipeline.caughtUp(40_000).catch((error: Error) => faults.push(error.message));
    await pipeline.finish();
    const { faults: found, outputs } = await pipeline.judge();
    if (outputs === 0) faults.push('it wrote nothing: that proves nothing');
    if (found.length === 0) faults.push('it came through: the scenario does not bite');
    return { faults, facts: [`exact in peace, caught under faults: ${found.length} kinds, ${shortly(found)}`] };
  },
};

function shortly(faults: readonly string[]): string {
  return faults
    .slice(0, 3)
    .map((fault) => fault.replace(/ \(.*/s, ''))
    .join(', ');
}
