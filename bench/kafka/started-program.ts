import { type ChildProcess, spawn } from 'node:child_process';
import { ProcessUsage } from './process-usage.js';

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A program under measurement, as a child process, with the end of what it said. */
export class StartedProgram {
  /** When it was started, by `performance.now()`. */
  readonly startedAt = performance.now();
  readonly usage: ProcessUsage;
  /** Resolves when it has ended, however. */
  readonly ended: Promise<void>;
  #said = '';
  #hasEnded = false;
  readonly #child: ChildProcess;

  constructor(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    this.#child = child;
    running.add(child);
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#said = (this.#said + text).slice(-4000);
      });
    this.ended = new Promise((resolve) => {
      const done = (): void => {
        this.#hasEnded = true;
        running.delete(child);
        resolve();
      };
      child.once('exit', done);
      child.once('error', (error) => {
        this.#said += error.message;
        done();
      });
    });
    this.usage = new ProcessUsage(child.pid ?? -1);
  }

  /** The end of what it said. */
  get said(): string {
    return this.#said;
  }

  /** @throws Error with what it said last, when it is no longer running */
  assertRunning(): void {
    if (this.#hasEnded) throw new Error(`it ended by itself:\n${this.#said}`);
  }

  /** As an operator stops it; after `patience` ms as an operator who has lost it. */
  async stop(patience = 25_000): Promise<void> {
    if (this.#hasEnded) return;
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), patience);
    await this.ended;
    clearTimeout(timer);
  }

  /** As a power failure stops it. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}
