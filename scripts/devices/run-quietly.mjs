import { spawnSync } from 'node:child_process';

/** Runs a command without showing what it prints; the error has the end of that. */
export function runQuietly(command, args, options = {}) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    ...options,
  });
  if (!error && status === 0) return stdout;
  const said = `${stdout ?? ''}\n${stderr ?? ''}`
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('npm warn'));
  throw new Error(`${command} ${args[0] ?? ''} failed: ${error?.message ?? said.slice(-4).join(' | ')}`);
}

/** Whether a command is on the path and answers. */
export function canRun(command, args = ['--version']) {
  const { status, error } = spawnSync(command, args, { stdio: 'ignore' });
  return !error && status === 0;
}
