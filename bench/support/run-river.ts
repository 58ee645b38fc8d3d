import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const python = '.cache/river/bin/python';

/** Updates per second of river's detectors, from a virtual environment of the cache that is made when there is none; or why there are none. */
export function runRiver(): ReadonlyMap<string, number> | string {
  if (!existsSync(python)) {
    const made =
      run('python3', ['-m', 'venv', '.cache/river']) ?? run(python, ['-m', 'pip', 'install', '-q', 'river==0.26.1']);
    if (made !== undefined) return `river could not be installed: ${made}`;
  }
  const { status, stdout, stderr } = spawnSync(python, ['bench/support/river-detectors.py'], { encoding: 'utf8' });
  if (status !== 0) return `river did not run: ${lastLine(stderr)}`;
  return new Map(
    stdout
      .trim()
      .split('\n')
      .map((line): [string, number] => {
        const [name, rate] = line.split('\t');
        return [name!, Number(rate)];
      }),
  );
}

/** The reason why a command failed; undefined when it did not. */
function run(command: string, args: string[]): string | undefined {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: 300_000 });
  return status === 0 ? undefined : (error?.message ?? lastLine(stderr));
}

function lastLine(text: string | null): string {
  return text?.trim().split('\n').at(-1) ?? 'no reason given';
}
