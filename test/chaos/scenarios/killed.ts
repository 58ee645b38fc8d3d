import { type Lab, sleep } from '../lab.js';
import { PipelineUnderTest } from '../pipeline.js';
import { between, conclude, type Outcome, type Scenario } from '../scenario.js';
import { feed, workload } from '../workload.js';

interface Killing {
  delivery: 'exactly-once' | 'at-least-once';
  client?: 'kafkajs';
  kills: number;
  records: number;
  /** Seconds that a process lives once it is loaded, between these: on a busy machine it would else die before it has done anything. */
  lives: readonly [number, number];
  /** ms until the next commit. */
  recovery: number;
}

/** Kills one process again and again while records flow, each time restarted at once. */
async function killed(lab: Lab, { delivery, client, kills, records, lives, recovery }: Killing): Promise<Outcome> {
  const cluster = await lab.single();
  const pipeline = await PipelineUnderTest.open(lab, { cluster, delivery, ...(client && { source: { client } }) });
  // kafkajs has no static members: a restart waits for the session of the one before.
  const member = client === 'kafkajs' ? null : 'one';
  const dice = lab.random(`F1 ${delivery}`);
  const calm = kills * 500 * (lives[0] + lives[1]); // what an undisturbed run takes: it is faster than the feeding
  const begin = performance.now();
  const feeding = feed(workload({ records, keys: records / 100, seed: lab.seed }), {
    client: pipeline.client,
    topic: pipeline.source,
    partitions: pipeline.partitions,
    rate: (records / calm) * 1000,
  });
  let measuring: Promise<void> | null = null;
  for (let kill = 1; kill <= kills; kill++) {
    const engine = pipeline.start({ member });
    await engine.spoke;
    await sleep(1000 * between(lives[0], lives[1], dice));
    await engine.stop('SIGKILL');
    measuring ??= pipeline.recovered(`kill ${kill}`).finally(() => {
      measuring = null;
    });
  }
  pipeline.start({ member });
  const fed = await feeding;
  await measuring;
  await pipeline.caughtUp().catch(() => {}); // said below
  const total = performance.now() - begin;
  const outcome = await conclude(pipeline, lab, { recovery });
  outcome.facts.unshift(`${kills} kills`, `${(total / fed).toFixed(2)} × the undisturbed time`);
  if (lab.judgesTime && total > 2.5 * fed)
    outcome.faults.push(`it took ${(total / fed).toFixed(1)} × the undisturbed time`);
  if (delivery === 'exactly-once') {
    const again = await pipeline.aborted();
    outcome.facts.push(`${again} records done again`);
    // A checkpoint interval is a transaction: at most one batch of each partition is open when it is killed.
    const most = kills * pipeline.partitions * 4096;
    if (again > most) outcome.faults.push(`${again} records were done again, more than ${most}`);
  }
  return outcome;
}

function usual(lab: Lab): Pick<Killing, 'kills' | 'records' | 'lives' | 'recovery'> {
  return {
    kills: lab.scaled(25, 5),
    records: lab.scaled(1_000_000, 40_000),
    lives: [0.5, 4],
    recovery: 60_000, // kills go on meanwhile, and may come before each restart has committed: what counts is the whole, 2.5 × at most
  };
}

export const F1: Scenario = {
  id: 'F1',
  title: 'kill -9 again and again, exactly once',
  short: 0.1,
  run: (lab) => killed(lab, { delivery: 'exactly-once', ...usual(lab) }),
};

export const F1a: Scenario = {
  id: 'F1a',
  title: 'kill -9 again and again, at least once: repeats are bit-identical',
  run: (lab) => killed(lab, { delivery: 'at-least-once', ...usual(lab) }),
};

export const F1k: Scenario = {
  id: 'F1k',
  title: 'kill -9 again and again, exactly once, through kafkajs',
  run: (lab) =>
    killed(lab, {
      delivery: 'exactly-once',
      client: 'kafkajs',
      kills: lab.scaled(6, 2),
      records: lab.scaled(200_000, 40_000),
      lives: [15, 25], // a session of 6 s, a join, and a while to work
      recovery: 30_000,
    }),
};
