import { Oracle } from '../oracle.js';
import { PipelineUnderTest } from '../pipeline.js';
import type { Scenario } from '../scenario.js';
import { feed, workload } from '../workload.js';

export const F13: Scenario = {
  id: 'F13',
  title: 'records are deleted before they were read',
  async run(lab) {
    const cluster = await lab.single();
    const pipeline = await PipelineUnderTest.open(lab, { cluster, partitions: 2 });
    const { client, source, partitions, group } = pipeline;
    const records = lab.scaled(60_000, 6000);
    const put = (seed: number): Promise<number> =>
      feed(workload({ records, keys: 50, seed }), { client, topic: source, partitions });
    await put(lab.seed);
    const first = pipeline.start({ member: null });
    await pipeline.caughtUp();
    await first.stop();
    const done = await cluster.committed(group, source);
    await put(lab.seed + 1);
    // Half of what has come since is gone; the rest follows what was learnt before.
    const begins: number[] = [];
    for (const [partition, from] of done.entries()) {
      const end = await client.admin.offset({ topic: source, partition }, 'latest');
      begins.push(Math.floor((from + end) / 2));
    }
    const oracle = await Oracle.of({
      client,
      source,
      fields: pipeline.fields,
      key: 'deviceId',
      passedOver: (partition, offset) => offset >= done[partition]! && offset < begins[partition]!,
    });
    for (const [partition, offset] of begins.entries())
      await client.admin.deleteRecords({ topic: source, partition, offset });
    const faults: string[] = [];

    const strict = pipeline.start({ member: null });
    const patience = setTimeout(() => strict.kill('SIGKILL'), 60_000);
    const { code } = await strict.exited;
    clearTimeout(patience);
    if (code !== 1) faults.push(`onGap: fail ended with code ${code}, not 1`);
    if (
      !begins.some(
        (begin, partition) => strict.log.includes(String(begin)) && strict.log.includes(String(done[partition])),
      )
    )
      faults.push(`onGap: fail does not say what was lost: ${pipeline.lastWords}`);
    strict.wasStopped = true; // its end was asked for

    const kafka = (pipeline.config(null).source as { kafka: object }).kafka;
    const lenient = pipeline.start({ member: null, config: { source: { kafka: { ...kafka, onGap: 'earliest' } } } });
    await pipeline.caughtUp().catch((error: Error) => faults.push(error.message));
    for (const [partition, begin] of begins.entries())
      if (!lenient.log.includes(String(begin)) || !lenient.log.includes(String(done[partition])))
        faults.push(`the gap [${done[partition]}, ${begin}) of partition ${partition} is not in the log`);
    faults.push(...(await pipeline.finish()));
    const verdict = await oracle.judge(pipeline.sink, pipeline.dead);
    faults.push(...verdict.faults);
    const lost = begins.reduce((sum, begin, partition) => sum + begin - done[partition]!, 0);
    return { faults, facts: [`${lost} records lost, and said so; ${verdict.outputs} outputs, exact around the gap`] };
  },
};
