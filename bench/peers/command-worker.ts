import { spawn } from 'node:child_process';
import type { Command } from './contender.js';
import type { Worker } from './worker.js';

/** A whole command as a contender: each run is a process from its start to its end. */
export function startCommand({ command, args, env, answers, version = '' }: Command): Worker {
  const once = (): Promise<number> => {
    const start = process.hrtime.bigint();
    return new Promise((resolve, reject) => {
      const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } });
      let errors = '';
      child.stderr.on('data', (text) => {
        errors = `${errors}${text}`.slice(-2000);
      });
      child.on('error', reject);
      child.on('close', (code) => {
        if (code === 0) resolve(Number(process.hrtime.bigint() - start));
        else reject(new Error(errors.trim().split('\n').at(-1) || `it ended with ${code}`));
      });
    });
  };
  /** The run that was made for its answers is the first that counts. */
  let first: number | undefined;
  return {
    version,
    answers: async () => {
      first = await once();
      return answers();
    },
    run: async (times) => {
      let elapsed = 0;
      for (let i = 0; i < times; i++) {
        elapsed += first ?? (await once());
        first = undefined;
      }
      return { elapsed, busy: elapsed }; // what processors did for a command is not known
    },
    close: () => {},
  };
}
