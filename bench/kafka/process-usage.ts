import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Linux counts processor time for /proc in hundredths of a second on every architecture that Node runs on. */
const msPerTick = 10;
const hasProc = existsSync('/proc/self/stat');

/** Processor time and memory of a process and of all that it started. Exact to 10 ms. */
export class ProcessUsage {
  readonly pid: number;

  constructor(pid: number) {
    this.pid = pid;
  }

  /** User and system time since it began, in ms; what it had before it ended is lost. */
  cpu(): number {
    if (!hasProc) return cpuByPs(this.pid);
    let ms = 0;
    for (const pid of [this.pid, ...descendants(this.pid)]) {
      const fields = statOf(pid);
      if (fields !== null) ms += (Number(fields[11]) + Number(fields[12])) * msPerTick;
    }
    return ms;
  }

  /** Most memory it ever held, in MiB; NaN where the system does not tell. */
  peakMemory(): number {
    let kib = Number.NaN;
    if (hasProc)
      for (const pid of [this.pid, ...descendants(this.pid)]) {
        const line = /^VmHWM:\s+(\d+)/m.exec(textOf(`/proc/${pid}/status`));
        if (line) kib = (Number.isNaN(kib) ? 0 : kib) + Number(line[1]);
      }
    return kib / 1024;
  }
}

/** The broker that this process started, by what it runs; null where it is not ours. */
export function brokerUsage(): ProcessUsage | null {
  if (!hasProc) return null;
  for (const pid of descendants(process.pid)) {
    const command = textOf(`/proc/${pid}/cmdline`);
    if (command.startsWith('java\0') && command.includes('\0kafka.Kafka\0')) return new ProcessUsage(pid);
  }
  return null;
}

/** Time that all processors of the machine were busy since it began, in ms; NaN where the system does not tell. */
export function machineCpu(): number {
  const fields = textOf('/proc/stat').split('\n', 1)[0]!.split(/\s+/).slice(1).map(Number);
  const [user = Number.NaN, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = fields;
  return (user + nice + system + irq + softirq + steal) * msPerTick;
}

function descendants(root: number): number[] {
  const found: number[] = [];
  const waiting = [root];
  for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
    let threads: string[] = [];
    try {
      threads = readdirSync(`/proc/${pid}/task`);
    } catch {} // it has ended
    for (const thread of threads)
      for (const child of textOf(`/proc/${pid}/task/${thread}/children`).split(' '))
        if (child !== '') {
          found.push(Number(child));
          waiting.push(Number(child));
        }
  }
  return found;
}

/** The fields of stat behind the command's name, which may hold anything. */
function statOf(pid: number): string[] | null {
  const text = textOf(`/proc/${pid}/stat`);
  return text === '' ? null : text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function cpuByPs(pid: number): number {
  const text = execFileSync('ps', ['-o', 'time=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  return text.split(/[-:]/).reduce((seconds, part) => seconds * 60 + Number(part), 0) * 1000;
}
