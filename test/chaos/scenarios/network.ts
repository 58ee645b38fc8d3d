import type { ProxyConnection } from '../kafka-proxy.js';
import { sleep } from '../lab.js';
import { PipelineUnderTest } from '../pipeline.js';
import { between, conclude, type Scenario } from '../scenario.js';
import { feed, workload } from '../workload.js';

export const F8: Scenario = {
  id: 'F8',
  title: 'connections are cut, slow, half open, reset at random',
  async run(lab) {
    const { proxy, ...cluster } = await lab.proxied();
    const pipeline = await PipelineUnderTest.open(lab, { cluster });
    const dice = lab.random('F8');
    const cuts = lab.scaled(20, 4);
    const resetting = lab.scaled(60, 10) * 1000;
    const seconds = Math.round((cuts * 2000 + resetting) / 1000) + 50;
    const feeding = feed(workload({ records: seconds * 3000, keys: seconds * 30, seed: lab.seed }), {
      client: pipeline.client,
      topic: pipeline.source,
      partitions: pipeline.partitions,
      rate: 3000,
    });
    pipeline.start();
    await sleep(5000);
    for (let i = 1; i <= cuts; i++) {
      proxy.cut();
      await Promise.all([pipeline.recovered(`cut ${i}`), sleep(between(500, 2500, dice))]);
    }

    proxy.onRequest = () => sleep(5000).then(() => 'pass');
    await sleep(15_000);
    proxy.onRequest = null;
    await pipeline.recovered('a delay of 5 s');

    // Every connection there is goes silent, without a word; only new ones work.
    const silent = new Set<ProxyConnection>();
    let isClosing = true;
    proxy.onRequest = ({ connection }) => {
      if (isClosing) silent.add(connection);
      return silent.has(connection) ? 'drop' : 'pass';
    };
    await sleep(2000);
    isClosing = false;
    await pipeline.recovered('half-open sockets');

    proxy.onRequest = () => (dice() < 0.01 ? 'cut' : 'pass');
    await sleep(resetting);
    proxy.onRequest = null;
    await pipeline.recovered('resets at random');
    await feeding;
    // A request that is never answered is given up after 30 s, and then tried again.
    const outcome = await conclude(pipeline, lab, { recovery: 45_000 });
    outcome.facts.unshift(`${cuts} cuts, delay, half open, 1 % resets`);
    return outcome;
  },
};
