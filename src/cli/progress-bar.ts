import type { RunProgress } from '../pipeline/run-summary.js';
import { formatCount } from './format-count.js';

/** Redraws at most so often, in ms. */
const PERIOD = 100;

/** One line on stderr that shows how far a run is; nothing where stderr is no terminal. */
export class ProgressBar {
  readonly #isOn: boolean;
  readonly #started = performance.now();
  #drawn = Number.NEGATIVE_INFINITY;
  #isShown = false;

  constructor(wanted: boolean) {
    this.#isOn = wanted && process.stderr.isTTY === true;
  }

  update(progress: RunProgress): void {
    const now = performance.now();
    if (!this.#isOn || now - this.#drawn < PERIOD) return;
    this.#drawn = now;
    this.#isShown = true;
    process.stderr.write(
      `\r\x1b[2K${drawProgress(progress, (now - this.#started) / 1000, process.stderr.columns ?? 80)}`,
    );
  }

  /** Prints a line above the bar. */
  print(message: string): void {
    this.stop();
    process.stderr.write(`${message}\n`);
  }

  stop(): void {
    if (this.#isShown) process.stderr.write('\r\x1b[2K');
    this.#isShown = false;
  }
}

/** The line for `seconds` into a run, not wider than `width`. */
export function drawProgress({ records, bytesRead, bytesTotal }: RunProgress, seconds: number, width: number): string {
  const rate = `${formatCount(records)} records  ${formatCount(records / Math.max(seconds, 1e-3))}/s  ${(bytesRead / 1e6 / Math.max(seconds, 1e-3)).toFixed(1)} MB/s`;
  if (bytesTotal === undefined || bytesTotal === 0) return rate.slice(0, width - 1);
  const share = Math.min(1, bytesRead / bytesTotal);
  const left = share > 0 ? Math.ceil((seconds * (1 - share)) / share) : Number.NaN;
  const text = ` ${(100 * share).toFixed(0).padStart(3)}%  ${rate}  ${Number.isFinite(left) ? `${formatSeconds(left)} left` : ''}`;
  const room = Math.max(0, Math.min(30, width - text.length - 2));
  const filled = Math.round(room * share);
  return `${'█'.repeat(filled)}${'░'.repeat(room - filled)}${text}`.slice(0, width - 1);
}

function formatSeconds(seconds: number): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return seconds < 3600
    ? `${Math.floor(seconds / 60)}:${two(seconds % 60)}`
    : `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
