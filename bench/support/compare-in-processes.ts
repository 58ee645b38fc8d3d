import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** ns per value of one piece of work. */
type Work = () => number;

/**
 * Runs every work in a process of its own, all of them in turn, several rounds, and prints the median and spread of each beside the
 * ratios asked for. A process of its own, because a shared one would measure what the rows before have done to the optimizer.
 */
export async function compareInProcesses(
  module: string,
  works: Readonly<Record<string, Work>>,
  ratios: readonly (readonly [row: string, beside: string, bar: string])[],
): Promise<void> {
  const [, , wanted] = process.argv;
  if (wanted !== undefined) {
    console.log(works[wanted]!());
    return;
  }
  const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
  const times = new Map(Object.keys(works).map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, seen] of times) {
      const { stdout, stderr, status } = spawnSync(
        process.execPath,
        [...process.execArgv, fileURLToPath(module), name],
        { encoding: 'utf8' },
      );
      if (status !== 0) throw new Error(`${name}: ${stderr}`);
      seen.push(Number(stdout));
    }
  }
  const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;
  console.table(
    Object.fromEntries(
      [...times].map(([name, seen]) => [
        name,
        {
          'ns/value': median(seen).toFixed(1),
          'M/s': (1e3 / median(seen)).toFixed(1),
          spread: `${Math.min(...seen).toFixed(0)}–${Math.max(...seen).toFixed(0)}`,
        },
      ]),
    ),
  );
  // Ratios round by round, for the machine's speed drifts between rounds.
  for (const [row, beside, bar] of ratios) {
    const ratio = median(times.get(row)!.map((time, i) => time / times.get(beside)![i]!));
    console.log(`${row} / ${beside}: ${ratio.toFixed(2)} × ${bar && `(${bar})`}`);
  }
}
