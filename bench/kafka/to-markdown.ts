import { median } from './median.js';
import { phases } from './phases.js';
import type { Measured, Results } from './results.js';

type Cell = (measured: Measured) => string;

const thousands: Intl.NumberFormat = new Intl.NumberFormat('en');

/** The results as a table, one column a contender: medians, with the spread of the rounds where there were several. */
export function toMarkdown({ machine, workload, at, contenders: all }: Results): string {
  const contenders = all.filter((each) => phases.some((phase) => each[phase].length > 0));
  const rows: [string, Cell][] = [
    ['records/s, steady', spread('throughput', ({ rate }) => rate / 1000, 0, ' k')],
    ['records/s, from the start of the process', spread('throughput', ({ wholeRate }) => wholeRate / 1000, 0, ' k')],
    ['CPU a record, steady', spread('throughput', ({ cpu }) => cpu, 1, ' µs')],
    ['CPU a record, from the start of the process', spread('throughput', ({ wholeCpu }) => wholeCpu, 1, ' µs')],
    ['CPU of the broker a record', spread('throughput', ({ brokerCpu }) => brokerCpu, 1, ' µs')],
    ['cores busy: program', spread('throughput', ({ cores }) => cores, 2)],
    ['cores busy: broker', spread('throughput', ({ brokerCores }) => brokerCores, 2)],
    ['cores busy: others', spread('throughput', ({ otherCores }) => otherCores, 2)],
    ['memory, peak', spread('throughput', ({ memory }) => memory, 0, ' MiB')],
    ['latency at 1,000/s, p50', spread('latency', ({ p50 }) => p50, 1, ' ms')],
    ['latency at 1,000/s, p99', spread('latency', ({ p99 }) => p99, 1, ' ms')],
    ['latency at 1,000/s, longest', spread('latency', ({ max }) => max, 0, ' ms')],
    ['CPU at 1,000/s', spread('latency', ({ cores }) => cores * 100, 1, ' % of a core')],
    ['restore: start to first output', spread('restore', ({ first }) => first, 1, ' s')],
    ['restore: start to an output of each partition', spread('restore', ({ all }) => all, 1, ' s')],
    ['restore: entries of the changelog', ({ restore }) => count(restore.map(({ entries }) => entries))],
    ['restore: memory, peak', spread('restore', ({ memory }) => memory, 0, ' MiB')],
    ['kill -9, restarted at once: first new output', spread('kill', ({ first }) => first, 1, ' s')],
    ['kill -9, restarted at once: within 1 s of the source', spread('kill', ({ caughtUp }) => caughtUp, 1, ' s')],
    ['outputs after kill -9', afterKill],
    ['idle, connected', spread('idle', ({ cores }) => cores * 100, 2, ' % of a core')],
  ];
  const shown = rows.map(([label, cell]) => [label, ...contenders.map(cell)] as const);
  const lines = [
    `| | ${contenders.map(({ name }) => name).join(' | ')} |`,
    `|---|${contenders.map(() => '---|').join('')}`,
    ...shown.filter(([, ...cells]) => cells.some((cell) => cell !== '')).map((cells) => `| ${cells.join(' | ')} |`),
  ];
  const notes = all.flatMap(({ name, notes: each }) => each.map((note) => `- ${name}: ${note}`));
  return `${[`${machine}; ${at}`, workload, lines.join('\n'), notes.join('\n')].filter((part) => part !== '').join('\n\n')}\n`;
}

function spread<Phase extends (typeof phases)[number]>(
  phase: Phase,
  pick: (round: Measured[Phase][number]) => number,
  digits: number,
  unit = '',
): Cell {
  return (measured) => {
    const rounds = measured[phase] as Measured[Phase][number][];
    const values = rounds.map(pick).filter((value) => !Number.isNaN(value));
    if (values.length === 0) return '';
    const middle = `${median(values).toFixed(digits)}${unit}`;
    if (values.length === 1) return middle;
    return `${middle} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;
  };
}

function count(values: readonly number[]): string {
  return values.length === 0 ? '' : thousands.format(median(values));
}

function afterKill({ kill }: Measured): string {
  if (kill.length === 0) return '';
  const again = Math.max(...kill.map((round) => round.again));
  const wrong = kill.find(({ fault }) => fault !== null)?.fault;
  return `${wrong ?? 'right'}${again > 0 ? `; up to ${thousands.format(again)} came twice` : ''}`;
}
