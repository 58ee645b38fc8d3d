import { cpus } from 'node:os';
import type { BackendFindings } from './examine-backends.js';
import type { KafkaFinding } from './reach-kafka.js';

export interface Findings {
  readonly backends: BackendFindings;
  /** Absent where nobody asked. */
  readonly kafka?: KafkaFinding;
}

/** What `doctor` has found, for a person. */
export function drawFindings({ backends, kafka }: Findings): string {
  const lines = [`node        ${process.version}, ${process.platform} ${process.arch}, ${cpus().length} cores`, ''];
  for (const { name, device, reason, remedy } of backends.backends) {
    lines.push(`${name.padEnd(12)}${device ?? `not available: ${reason}`}`);
    if (device === null && remedy !== undefined) lines.push(`${' '.repeat(12)}to get it: ${remedy}`);
  }
  const names = backends.backends.filter(({ device }) => device !== null).map(({ name }) => name);
  lines.push('', 'ms to normalize one micro-batch of 8 columns by its own moments, there and back:', '');
  lines.push(['values', ...names, 'fastest'].map(toCell).join(''));
  for (const { size, ms, fastest } of backends.crossover) {
    const times = names.map((name) => (ms[name] === undefined ? '–' : ms[name].toPrecision(3)));
    lines.push([size.toLocaleString('en-US'), ...times, fastest].map(toCell).join(''));
  }
  lines.push('', `backend: auto goes by this table, kept in ${backends.keptIn}`);
  if (kafka !== undefined) lines.push('', `kafka       ${drawKafka(kafka)}`);
  else lines.push('', 'kafka       not asked: --brokers host:port');
  return `${lines.join('\n')}\n`;
}

function drawKafka({ brokers, reachable, ms, reason }: KafkaFinding): string {
  const names = brokers.join(', ');
  return reachable ? `${names} answered in ${ms} ms` : `${names} cannot be reached: ${reason}`;
}

function toCell(text: string, column: number): string {
  return column === 0 ? text.padEnd(12) : text.padStart(12);
}
