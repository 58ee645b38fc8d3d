import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The repository's root, from the place of the test as from that of the bundle that `npm run chaos` makes of it. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

const running = new Set<EngineProcess>();
process.on('exit', () => {
  for (const engine of running) engine.kill('SIGKILL');
});

/** A process under test: its log, its memory, its end. */
export class EngineProcess {
  readonly exited: Promise<Exit>;
  /** When it wrote its first line: until then it was being loaded. At its end at the latest. */
  readonly spoke: Promise<void>;
  readonly started = performance.now();
  /** Megabytes of resident memory, sampled four times a second. */
  readonly memory: number[] = [];
  /** The newest part of what it wrote to stderr and stdout. */
  log = '';
  exit: Exit | null = null;
  /** Whether it was told to go. */
  wasStopped = false;
  readonly #child: ChildProcess;

  /** @param args of Node: the script first */
  constructor(args: readonly string[], { cwd, env = {} }: { cwd?: string; env?: Record<string, string> } = {}) {
    this.#child = spawn(process.execPath, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(cwd && { cwd }),
    });
    running.add(this);
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.log = (this.log + text).slice(-1_000_000);
      });
    const first = new Promise<void>((resolve) => {
      for (const stream of [this.#child.stdout!, this.#child.stderr!]) stream.once('data', () => resolve());
    });
    const sampler = setInterval(() => this.#sample(), 250);
    this.exited = new Promise((resolve) => {
      this.#child.on('close', (code, signal) => {
        clearInterval(sampler);
        running.delete(this);
        this.exit = { code, signal };
        resolve(this.exit);
      });
    });
    this.spoke = Promise.race([first, this.exited.then(() => {})]);
  }

  get pid(): number {
    return this.#child.pid!;
  }
  get isRunning(): boolean {
    return this.exit === null;
  }
  get peakMemory(): number {
    return Math.max(0, ...this.memory);
  }

  kill(signal: NodeJS.Signals): void {
    if (signal === 'SIGKILL' || signal === 'SIGTERM') this.wasStopped = true;
    this.#child.kill(signal);
  }

  /** Sends a signal and waits for the end. @returns how long it took, in ms, and how it went */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM', timeout = 30_000): Promise<Exit & { after: number }> {
    const begin = performance.now();
    this.kill(signal);
    const patience = setTimeout(() => this.#child.kill('SIGKILL'), timeout);
    const exit = await this.exited;
    clearTimeout(patience);
    return { ...exit, after: performance.now() - begin };
  }

  /** What no log may hold. */
  get alarm(): string | null {
    const line =
      /^.*(unhandled ?(promise )?rejection|uncaught|MaxListenersExceeded|Warning: .*negative|^\s+at .*node:internal).*$/im.exec(
        this.log,
      );
    return line?.[0] ?? null;
  }

  #sample(): void {
    try {
      const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
      const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
      if (kilobytes > 0) this.memory.push(kilobytes / 1024);
    } catch {
      // It is gone, or this is a system without /proc: then no memory is reported.
    }
  }
}
