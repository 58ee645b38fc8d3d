import { readTopic } from '../dead-letters.js';
import { sleep } from '../lab.js';
import { PipelineUnderTest } from '../pipeline.js';
import { between, conclude, type Scenario } from '../scenario.js';
import { feed, regimes } from '../workload.js';

export const D14: Scenario = {
  id: 'D14',
  title: 'steps, ramps and seasons while it is killed: the same events as undisturbed',
  async run(lab) {
    const cluster = await lab.single();
    const fields = { temperature: { method: 'adaptive' }, flow: { method: 'adaptive' } } as const;
    const disturbed = await PipelineUnderTest.open(lab, { cluster, fields });
    const dice = lab.random('D14');
    const kills = lab.scaled(12, 4);
    const records = lab.scaled(400_000, 40_000);
    const feeding = feed(regimes({ records, keys: 30, seed: lab.seed }), {
      client: disturbed.client,
      topic: disturbed.source,
      partitions: disturbed.partitions,
      rate: (records / (kills * 2250)) * 1000,
    });
    for (let i = 0; i < kills; i++) {
      const engine = disturbed.start();
      await engine.spoke;
      await sleep(between(500, 4000, dice));
      await engine.stop('SIGKILL');
    }
    disturbed.start();
    await feeding;
    const outcome = await conclude(disturbed, lab);

    // The same topic once more, by another group, with nothing in its way.
    const calm = await PipelineUnderTest.open(lab, { cluster, fields });
    const kafka = (calm.config().source as { kafka: object }).kafka;
    calm.start({ config: { source: { kafka: { ...kafka, topic: disturbed.source } } } });
    await calm.caughtUpWith(disturbed.source);
    outcome.faults.push(...(await calm.finish()));
    const [before, after] = [await eventsOf(calm), await eventsOf(disturbed)];
    const missing = [...before].filter(([event, count]) => after.get(event) !== count);
    const added = [...after].filter(([event]) => !before.has(event));
    if (before.size === 0) outcome.faults.push('there were no events: that proves nothing');
    if (missing.length + added.length > 0)
      outcome.faults.push(
        `${missing.length} events are missing or repeated, ${added.length} are others: ${[...missing, ...added][0]![0]}`,
      );
    outcome.facts.unshift(`${kills} kills, ${before.size} events, the same`);
    return outcome;
  },
};

/** Each event, its source with it, and how often it is there. */
async function eventsOf(pipeline: PipelineUnderTest): Promise<Map<string, number>> {
  const events = new Map<string, number>();
  for (const { key, value, headers } of await readTopic(pipeline, pipeline.events)) {
    const event = `${headers.get('streamnorm-source')} ${key} ${value}`;
    events.set(event, (events.get(event) ?? 0) + 1);
  }
  return events;
}
