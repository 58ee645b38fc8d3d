// Runs the command it is given for as long as its own standard input stays open: when the process that started it goes,
// however it goes, the command is killed and the folder is removed. Usage: guard.mjs FOLDER COMMAND ARGUMENT…
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';

const [folder, command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });

process.stdout.write(`pid ${child.pid}\n`);
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGTERM' ? 0 : 1)));
child.on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(127);
});
process.stdin.on('end', () => {
  child.removeAllListeners('exit');
  child.on('exit', () => {
    rmSync(folder, { recursive: true, force: true });
    process.exit(0);
  });
  child.kill('SIGKILL');
});
process.stdin.resume();
// A Ctrl-C reaches the whole group of processes: the parent decides when the broker stops.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
