import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Bench } from 'tinybench';

/** A piece of work that handles so many observations each time it is run. */
export interface Work {
  observations: number;
  run: () => void;
}

/**
 * Times every work in a process of its own, all of them in turn, several rounds, and prints the median and spread of each beside the
 * ratios asked for. A process of its own, because a shared one would measure what the rows before have done to the optimizer.
 *
 * @param works by name, each made in its own process
 * @param ratios which row to divide by which, and the bar it is held to
 */
export async function compareInProcesses(
  module: string,
  works: Readonly<Record<string, () => Work>>,
  ratios: readonly (readonly [row: string, beside: string, bar: string])[],
): Promise<void> {
  const [, , wanted] = process.argv;
  if (wanted !== undefined) {
    console.log(await nanosecondsPerObservation(works[wanted]!()));
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
  console.table(
    Object.fromEntries(
      [...times].map(([name, seen]) => [
        name,
        {
          'ns/observation': median(seen).toFixed(1),
          'M/s': (1e3 / median(seen)).toFixed(1),
          spread: `${Math.min(...seen).toFixed(0)}–${Math.max(...seen).toFixed(0)}`,
        },
      ]),
    ),
  );
  // Ratios round by round, for the machine's speed drifts between rounds.
  for (const [row, beside, bar] of ratios) {
    const ratio = median(times.get(row)!.map((time, i) => time / times.get(beside)![i]!));
    console.log(`${row} / ${beside}: ${ratio.toFixed(2)} ×${bar && ` (${bar})`}`);
  }
}

async function nanosecondsPerObservation({ observations, run }: Work): Promise<number> {
  const isSmoke = process.env.BENCH_SMOKE !== undefined;
  const bench = new Bench({
    time: isSmoke ? 1 : 300,
    iterations: isSmoke ? 1 : 5,
    warmupTime: isSmoke ? 0 : 200,
    warmupIterations: isSmoke ? 0 : 2,
  });
  bench.add('work', run);
  await bench.run();
  const { result } = bench.tasks[0]!;
  if (result.state !== 'completed') throw new Error(`the work ended as ${result.state}`);
  return (result.latency.p50 * 1e6) / observations;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
