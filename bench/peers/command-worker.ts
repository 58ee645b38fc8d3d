import { spawn } from 'node:child_process';
import type { Command } from './contender.js';
import type { Worker } from './worker.js';

/** A whole command as a contender: each run is a process from its start to its end. */
export function startCommand({ command, args, answers, version = '' }: Command): Worker {
  const once = (): Promise<number> => {
    const start = process.hrtime.bigint();
    return new Promise((resolve, reject) => {
      const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
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
  return {
    version,
    answers: async () => {
      await once();
      return answers();
    },
    run: async (times) => {
      let elapsed = 0;
      for (let i = 0; i < times; i++) elapsed += await once();
      return { elapsed, busy: elapsed }; // what processors did for a command is not known
    },
    close: () => {},
  };
}
