import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Contender } from './contender.js';

/**
 * A contender in a process of its own: reads the data, says `ready VERSION`, then answers each line of stdin: `answers` with the numbers to
 * be compared, `run N` with the nanoseconds that N runs took, and those that the processor was
 * at work for them. The programs in Python and Java speak the same.
 */
export async function serveWork(contender: Contender, path: string, pairs: readonly string[]): Promise<void> {
  const bytes = readFileSync(path);
  const data = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8).slice();
  const parameters = Object.fromEntries(
    pairs.map((pair) => {
      const [name, value] = pair.split('=');
      return [name!, Number(value)];
    }),
  );
  const work = await contender.work!({ data, parameters });
  console.log(`ready ${work.version ?? ''}`);
  for await (const line of createInterface({ input: process.stdin })) {
    const [verb, count] = line.split(' ');
    if (verb === 'answers') console.log(`answers ${work.answers().join(' ')}`);
    else if (verb === 'run') {
      const before = process.cpuUsage();
      const start = process.hrtime.bigint();
      for (let i = Number(count); i > 0; i--) work.run();
      const ns = process.hrtime.bigint() - start;
      const { user, system } = process.cpuUsage(before);
      console.log(`ns ${ns} ${(user + system) * 1000}`);
    }
  }
}
