import { Command } from 'commander';
import { StdoutSink } from '../io/stdout-sink.js';
import { drawFindings, type Findings } from './doctor/draw-findings.js';
import { examineBackends } from './doctor/examine-backends.js';
import { reachKafka } from './doctor/reach-kafka.js';

export function doctorCommand(settle: (code: number) => void): Command {
  return new Command('doctor')
    .description('what this machine has: where micro-batches can be normalized, and whether Kafka answers')
    .option('--brokers <host:port,…>', 'ask this Kafka cluster for an answer', (list) => list.split(','))
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nTakes a few seconds: backends are measured side by side, and `backend: auto` goes by what was measured.\nThe exit code is 1 when a Kafka that was asked does not answer.\n\nExample:\n  streamnorm doctor --brokers localhost:9092',
    )
    .action(async ({ brokers, json = false }: { brokers?: string[]; json?: boolean }) => {
      const backends = await examineBackends();
      const kafka = brokers && (await reachKafka(brokers));
      const findings: Findings = { backends, ...(kafka && { kafka }) };
      const sink = new StdoutSink();
      const text = json ? `${JSON.stringify(findings, null, 2)}\n` : drawFindings(findings);
      await sink.write(Buffer.from(text));
      settle(kafka === undefined || kafka.reachable ? 0 : 1);
    });
}
