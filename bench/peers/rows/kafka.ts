import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { median } from '../../kafka/median.js';
import type { Measured, Results } from '../../kafka/results.js';
import { toMarkdown } from '../../kafka/to-markdown.js';
import type { Row } from '../case.js';
import type { Judgement, PlainTable } from '../results.js';

/** Throughput of the exactly-once contenders, and of Bytewax, which has no such guarantee, by `npm run bench:kafka`, which compares every output before it counts. */
function measure(records: number): Results {
  const out = '.cache/peers/kafka';
  const flags = [
    '--phases',
    'throughput',
    '--only',
    'streamnorm-eo,streams-eo,kafkajs-eo,quix-eo,bytewax-alo',
    '--out',
    out,
  ];
  const args = ['scripts/bench-kafka.mjs', ...flags, '--records', String(records)];
  const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`npm run bench:kafka ended with ${status}`);
  return JSON.parse(readFileSync(join(out, 'latest.json'), 'utf8')) as Results;
}

function judged({ contenders }: Results): Judgement[] {
  const of = (id: string) => contenders.find((each) => each.id === id);
  const ours = of('streamnorm-eo');
  const streams = of('streams-eo');
  // Round by round, for the speed of a machine drifts.
  const ratio = (pick: (round: Measured['throughput'][number]) => number): number | null => {
    const rounds = Math.min(ours?.throughput.length ?? 0, streams?.throughput.length ?? 0);
    if (rounds === 0) return null;
    return median(Array.from({ length: rounds }, (_, i) => pick(ours!.throughput[i]!) / pick(streams!.throughput[i]!)));
  };
  const rate = ratio((round) => round.rate);
  const cpu = ratio((round) => round.cpu);
  const verdict = (value: number | null, bar: number, goal: number, isLess: boolean): Judgement['verdict'] => {
    if (value === null) return 'open';
    const reached = (limit: number) => (isLess ? value <= limit : value >= limit);
    return reached(goal) ? 'goal' : reached(bar) ? 'bar' : 'missed';
  };
  const spelled = (value: number | null) => (value === null ? null : `${value.toFixed(2)} ×`);
  const own = median(ours?.throughput.map((round) => round.rate) ?? []);
  return [
    {
      work: 'a Kafka topic end to end, exactly once: rate',
      rate: Number.isNaN(own) ? null : `${Math.round(own / 1000)} k/s`,
      beside: 'Kafka Streams',
      measured: spelled(rate),
      bar: '≥ 1 ×',
      goal: '≥ 2 ×',
      verdict: verdict(rate, 1, 2, false),
    },
    {
      work: 'a Kafka topic end to end, exactly once: processor time a record',
      rate: null,
      beside: 'Kafka Streams',
      measured: spelled(cpu),
      bar: '≤ 1 ×',
      goal: '≤ 0.5 ×',
      verdict: verdict(cpu, 1, 0.5, true),
    },
  ];
}

export const kafka: Row = {
  id: 'kafka',
  title: 'A Kafka topic, end to end, exactly once',
  cases: () => [],
  measure: ({ records }) => {
    const results = measure(records);
    const [, note, ...rest] = toMarkdown(results).trimEnd().split('\n\n');
    const [head, , ...body] = rest[0]!.split('\n').map((line) => line.slice(2, -2).split(' | '));
    const table: PlainTable = {
      title: 'JSON in, JSON out, statistics of each key kept',
      note: note!,
      head: head!,
      body,
    };
    return { tables: [table], judgements: judged(results) };
  },
};
