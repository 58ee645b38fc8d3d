import type { Case, Inquiry } from './case.js';
import { startCommand } from './command-worker.js';
import type { Contender } from './contender.js';
import { javaCommand, pythonOf } from './peer-folders.js';
import { startWorker, type Worker } from './worker.js';

/** One thread each: libraries that would take a second core are measured on one, like everyone else. */
const oneThread = {
  OMP_NUM_THREADS: '1',
  OPENBLAS_NUM_THREADS: '1',
  MKL_NUM_THREADS: '1',
  POLARS_MAX_THREADS: '1',
};

/** A contender in its process, its data at hand. @throws Error with what it said, when it does not come to that */
export async function startContender(
  of: Pick<Case | Inquiry, 'id' | 'parameters'>,
  contender: Contender,
  path: string,
): Promise<Worker> {
  if (contender.command) return startCommand(contender.command(path));
  const pairs = Object.entries(of.parameters ?? {}).map(([name, value]) => `${name}=${value}`);
  const { task, needs, id } = contender;
  if (task === undefined) {
    const flags = [...process.execArgv, ...(needs === 'devices' ? ['--import', './scripts/devices/register.mjs'] : [])];
    return startWorker(process.execPath, [...flags, process.argv[1]!, '--worker', of.id, id, path, ...pairs], {});
  }
  if (needs === 'java') return startWorker('java', [...javaCommand, 'peer.Worker', task, path, ...pairs], {});
  const python = pythonOf(needs as 'python' | 'torch');
  return startWorker(python, ['bench/peers/python/worker.py', task, path, ...pairs], oneThread);
}
