import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const python = '.cache/river/bin/python';

/** What a script that uses river prints, from a virtual environment of the cache that is made when there is none; or why it cannot. */
export function runRiverScript(script: string): { stdout: string } | { why: string } {
  if (!existsSync(python)) {
    const made =
      run('python3', ['-m', 'venv', '.cache/river']) ?? run(python, ['-m', 'pip', 'install', '-q', 'river==0.26.1']);
    if (made !== undefined) return { why: `river could not be installed: ${made}` };
  }
  const { status, stdout, stderr } = spawnSync(python, [script], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return status === 0 ? { stdout } : { why: `river did not run: ${lastLine(stderr)}` };
}

/** The reason why a command failed; undefined when it did not. */
function run(command: string, args: string[]): string | undefined {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: 300_000 });
  return status === 0 ? undefined : (error?.message ?? lastLine(stderr));
}

function lastLine(text: string | null): string {
  return text?.trim().split('\n').at(-1) ?? 'no reason given';
}
