import { EngineError } from '../../errors.js';
import { ChangelogStore } from '../../kafka/changelog-store.js';
import { clientOf } from '../../kafka/client.js';
import type { KafkaPipelinePlan } from '../plan.js';

/** One thing that was looked at. */
export interface Finding {
  /** `will be made`: the run makes it when it starts. */
  verdict: 'ok' | 'will be made' | 'fault';
  what: string;
  /** What was found, or what is wrong. */
  says: string;
}

/** Connects as the plan says, and looks at every topic that it names. Changes nothing. */
export async function tryConnections(plan: KafkaPipelinePlan): Promise<Finding[]> {
  const { source, sink, events, deadLetter, state } = plan;
  const findings: Finding[] = [];
  const brokers = source.connection.brokers.join(', ');
  const client = clientOf(source.connection);
  try {
    const described = await client.admin.describeTopic(source.topic);
    if (described === null) {
      findings.push({
        verdict: 'fault',
        what: 'source.kafka.topic',
        says: `there is no topic ${source.topic} on ${brokers}`,
      });
      return findings;
    }
    const { partitions } = described;
    findings.push({ verdict: 'ok', what: 'source.kafka', says: `${source.topic} on ${brokers}, ${count(partitions)}` });
    for (const [what, topic] of [
      ['sink.kafka', sink.kind === 'kafka' ? sink.topic : undefined],
      ['events.kafka', events?.topic],
      ['deadLetter.kafka', deadLetter?.topic],
    ] as const) {
      if (topic === undefined) continue;
      const there = await client.admin.describeTopic(topic);
      findings.push(
        there === null
          ? { verdict: 'will be made', what, says: `${topic}, ${count(partitions)}` }
          : { verdict: 'ok', what, says: `${topic}, ${count(there.partitions)}` },
      );
    }
    if (state.store === 'kafka') {
      const changelog = new ChangelogStore({ client, topic: state.topic });
      const there = await client.admin.describeTopic(state.topic);
      const faults = there === null ? [] : await changelog.check(partitions);
      for (const fault of faults)
        findings.push({ verdict: 'fault', what: 'state', says: `changelog ${state.topic}: ${fault}` });
      if (faults.length === 0)
        findings.push({
          verdict: there === null ? 'will be made' : 'ok',
          what: 'state',
          says: `changelog ${state.topic}, ${count(partitions)}${there === null ? '' : `, ${there.replicationFactor} ${there.replicationFactor === 1 ? 'replica' : 'replicas'}`}`,
        });
    }
    let committed = 0;
    for (let partition = 0; partition < partitions; partition++)
      if ((await client.admin.committedOffset(source.groupId, { topic: source.topic, partition })) !== null)
        committed++;
    findings.push({
      verdict: 'ok',
      what: 'source.kafka.groupId',
      says:
        committed === 0
          ? `${source.groupId} has read nothing yet`
          : `${source.groupId} has offsets in ${count(committed)}`,
    });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    findings.push({ verdict: 'fault', what: 'source.kafka', says: error.message });
  } finally {
    await client.close();
  }
  return findings;
}

function count(partitions: number): string {
  return `${partitions} ${partitions === 1 ? 'partition' : 'partitions'}`;
}
