import { api } from '../kafka-proxy.js';
import { sleep } from '../lab.js';
import { PipelineUnderTest } from '../pipeline.js';
import { conclude, type Scenario } from '../scenario.js';
import { feed, workload } from '../workload.js';

const STEPS = [api.produce, api.txnOffsetCommit, api.endTxn] as const;
const NAMES = { [api.produce]: 'produce', [api.txnOffsetCommit]: 'offsets', [api.endTxn]: 'end' } as const;

/**
 * Kills the process between any two steps of a transaction: the proxy sees the request of a step pass, and kills before it has reached
 * the broker, after it has, or when its answer is on the way back. No hook in the engine is needed.
 */
export const F10: Scenario = {
  id: 'F10',
  title: 'killed between the steps of a transaction',
  async run(lab) {
    const { proxy, ...cluster } = await lab.proxied();
    const pipeline = await PipelineUnderTest.open(lab, { cluster });
    const dice = lab.random('F10');
    const kills = lab.scaled(200, 18);
    const stop = new AbortController();
    const feeding = feed(workload({ records: kills * 20_000, keys: 5000, seed: lab.seed }), {
      client: pipeline.client,
      topic: pipeline.source,
      partitions: pipeline.partitions,
      rate: 2000,
      signal: stop.signal,
    });
    const counts = new Map<string, number>();
    const faults: string[] = [];
    for (let kill = 0; kill < kills; kill++) {
      const step = STEPS[kill % 3]!;
      const moment = (['before', 'after', 'answered'] as const)[Math.floor(kill / 3) % 3]!;
      let left = Math.floor(dice() * 8);
      const engine = pipeline.start();
      const name = `${moment} ${NAMES[step]}`;
      let isKilled = false;
      const strike = (): void => {
        isKilled = true;
        counts.set(name, (counts.get(name) ?? 0) + 1);
        engine.kill('SIGKILL');
      };
      proxy.onRequest = (request) => {
        if (isKilled) return 'drop';
        if (request.api !== step || moment === 'answered' || left-- > 0) return 'pass';
        strike();
        return moment === 'before' ? 'drop' : 'pass';
      };
      proxy.onAnswer = (answer) => {
        if (isKilled) return 'drop';
        if (answer.api !== step || moment !== 'answered' || left-- > 0) return 'pass';
        strike();
        return 'drop';
      };
      const struck = await Promise.race([engine.exited.then(() => true), sleep(30_000).then(() => false)]);
      if (!struck) {
        faults.push(`no moment '${name}' came within 30 s: ${pipeline.lastWords}`);
        await engine.stop('SIGKILL');
      }
      proxy.reset();
      if (faults.length > 3) break;
    }
    stop.abort();
    await feeding;
    pipeline.start();
    const outcome = await conclude(pipeline, lab);
    outcome.faults.unshift(...faults);
    outcome.facts.unshift(`${kills} kills (${[...counts].map(([name, count]) => `${count} ${name}`).join(', ')})`);
    return outcome;
  },
};
