import { destination, pino } from 'pino';
import type { RunLog } from '../pipeline/run-log.js';
import { LogLimit } from './log-limit.js';

type Level = 'info' | 'warn' | 'error';

/**
 * A log on stderr: JSON, one object a line, or sentences for a person in front of a terminal.
 *
 * What is said again and again is said 10 times in 10 seconds, then counted.
 * @param format @defaultValue `pretty` on a terminal, else `json`
 */
export function createLog(
  format: 'json' | 'pretty' = process.stderr.isTTY ? 'pretty' : 'json',
  worker?: number,
): RunLog {
  const write = format === 'json' ? jsonWriter(worker) : prettyWriter(worker);
  const limit = new LogLimit(10, 10_000, (message, suppressed) =>
    write('warn', 'said too often, and left out', { message, times: suppressed }),
  );
  const at =
    (level: Level) =>
    (message: string, particulars: Record<string, unknown> = {}): void => {
      if (limit.allows(message, performance.now())) write(level, message, particulars);
    };
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

function jsonWriter(worker: number | undefined) {
  const logger = pino(
    {
      base: { pid: process.pid, ...(worker !== undefined && { worker }) },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination({ dest: 2, sync: true }),
  );
  return (level: Level, message: string, particulars: Record<string, unknown>) => logger[level](particulars, message);
}

function prettyWriter(worker: number | undefined) {
  return (level: Level, message: string, particulars: Record<string, unknown>) => {
    const details = Object.entries(particulars).map(([name, value]) => `${name}=${shown(value)}`);
    const who = worker === undefined ? '' : `worker ${worker}: `;
    const time = new Date().toTimeString().slice(0, 8);
    process.stderr.write(`${time} ${level.padEnd(5)} ${who}${[message, ...details].join('  ')}\n`);
  };
}

/** One line, whatever is in it: no control character of a stranger's reaches the terminal. */
function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return /[\u0000-\u001f\u007f-\u009f"]/.test(text) ? JSON.stringify(text).replace(/[\u007f-\u009f]/g, '?') : text;
}
