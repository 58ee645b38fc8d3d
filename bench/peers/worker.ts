import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** The other side of `serveWork`: a program that does the work of one contender when it is told to. */
export interface Worker {
  readonly version: string;
  answers(): Promise<number[]>;
  /** Runs the work so many times. */
  run(times: number): Promise<Turn>;
  close(): void;
}

/** In nanoseconds. */
interface Turn {
  elapsed: number;
  /** Time of processors, of all threads; less than what has elapsed where others had the core meanwhile. */
  busy: number;
}

/** Starts a program and waits until it is ready. @throws Error with what it said, when it ends before that */
export async function startWorker(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Worker> {
  const line = new Dialogue(spawn(command, args, { env: { ...process.env, ...env } }));
  const version = await line.hear('ready');
  return {
    version,
    answers: async () =>
      (await line.ask('answers', 'answers'))
        .split(' ')
        .filter((word) => word !== '')
        .map(Number),
    run: async (times) => {
      const [elapsed, busy] = (await line.ask(`run ${times}`, 'ns')).split(' ').map(Number);
      return { elapsed: elapsed!, busy: busy! };
    },
    close: () => line.close(),
  };
}

/** Lines to and from a program, one asked at a time. */
class Dialogue {
  readonly #program: ChildProcessWithoutNullStreams;
  readonly #heard: string[] = [];
  #wake = () => {};
  #errors = '';
  #ended: string | undefined;

  constructor(program: ChildProcessWithoutNullStreams) {
    this.#program = program;
    createInterface({ input: program.stdout }).on('line', (line) => {
      this.#heard.push(line);
      this.#wake();
    });
    program.stderr.on('data', (text) => {
      this.#errors = `${this.#errors}${text}`.slice(-4000);
    });
    program.stdin.on('error', () => {}); // a program that has ended is told of by `close`
    const end = (why: string) => {
      this.#ended ??= why;
      this.#wake();
    };
    program.on('error', (error) => end(error.message));
    program.on('close', (code) => end(lastError(this.#errors) ?? `it ended with ${code}`));
  }

  ask(question: string, answer: string): Promise<string> {
    this.#program.stdin.write(`${question}\n`);
    return this.hear(answer);
  }

  /** The rest of the next line that begins with this word; libraries may print others. */
  async hear(word: string): Promise<string> {
    for (;;) {
      for (let line = this.#heard.shift(); line !== undefined; line = this.#heard.shift())
        if (line === word || line.startsWith(`${word} `)) return line.slice(word.length + 1);
      if (this.#ended !== undefined) throw new Error(this.#ended);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    this.#program.stdin.end();
  }
}

/** The line that names the error. */
function lastError(text: string): string | undefined {
  const lines = text.trim().split('\n');
  return lines.findLast((line) => /^\S*(Error|Exception)\b/.test(line)) ?? (lines.at(-1) || undefined);
}
