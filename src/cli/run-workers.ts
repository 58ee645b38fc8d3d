import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { EngineError } from '../errors.js';
import type { HealthReport } from '../pipeline/metrics/health.js';
import { Health } from '../pipeline/metrics/health.js';
import { mergeHealth } from '../pipeline/metrics/merge-health.js';
import { RunMetrics } from '../pipeline/metrics/run-metrics.js';
import { WorkerMetrics } from '../pipeline/metrics/worker-metrics.js';
import type { KafkaPipelinePlan } from '../pipeline/plan.js';
import { RemoteView } from '../pipeline/view/remote-view.js';
import { WorkerViews } from '../pipeline/view/worker-views.js';
import { liveRoutes } from '../service/live-routes.js';
import { startService } from '../service/start-service.js';
import { createLog } from './create-log.js';
import type { KeptConfiguration } from './kept-configuration.js';
import { onReloadSignal, readChangedPlan } from './reload-signal.js';
import type { WorkerMessage } from './run-kafka-command.js';
import { stopSignal } from './stop-signal.js';
import { version } from './version.js';

/** Pause before a worker is started again, in ms: doubled with each failure in a row. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;
/** A worker that has run for so long, in ms, has not failed in a row. */
const LONG_ENOUGH = 60_000;
/** Failures of one worker in a row after which the run gives up. */
const MOST_FAILURES = 8;
/** What workers are given to stop in, in ms, before they are ended. */
const STOP_WITHIN = 15_000;

/** Workers end again and again, for the same reason each time as it seems. */
class WorkersError extends EngineError {
  readonly code = 'WORKERS';
}

/**
 * Runs `plan.workers` processes in one consumer group, and keeps them: one that ends is started again, with longer and longer pauses.
 * Their logs go to this process's stderr, their metrics and health are served as one.
 *
 * @param configuration its text, which each worker is given: one that starts again goes on with what holds, whatever is in the file by then
 * @param path of its file; `-`: it came from stdin, and is never read again
 * @param watch have it read again when it changes, as at SIGHUP
 * @throws WorkersError when one of them fails again and again, or at once
 */
export async function runWorkers(
  plan: KafkaPipelinePlan,
  configuration: string,
  path: string,
  watch: boolean,
  logFormat?: 'json' | 'pretty',
): Promise<void> {
  const log = createLog(logFormat);
  const reports = new Map<string, HealthReport>();
  const own = new RunMetrics({ version: version(), health: new Health() });
  const metrics = new WorkerMetrics();
  const restarts = () => ({
    metrics: own.set.snapshot().metrics.filter(({ name }) => name === 'streamnorm_worker_restarts_total'),
  });
  const operations = {
    metrics: () => [...metrics.snapshots(), restarts()],
    health: () => mergeHealth([...reports.values()]),
  };
  const views = new WorkerViews();
  const service =
    plan.http && (await startService({ ...plan.http, ...operations, routes: liveRoutes(views, operations) }));
  if (service) log.info('metrics and health are served', { url: service.url });
  const signal = stopSignal();
  const failed = new AbortController();
  const children = new Set<ChildProcess>();
  let current = { plan, text: configuration };
  const give = (child: ChildProcess): void => {
    const message: KeptConfiguration = { configuration: current.text };
    if (child.connected) child.send(message, () => {}); // one that has ended is given it when it starts again
  };
  const endReloads = onReloadSignal(path === '-' ? undefined : path, watch, () => {
    const changed = readChangedPlan(path, current.plan, log);
    if (changed === undefined) return;
    current = changed;
    children.forEach(give);
  });
  const keep = async (worker: number): Promise<void> => {
    const name = String(worker);
    for (let failures = 0; !signal.aborted && !failed.signal.aborted; ) {
      const began = performance.now();
      const child = startWorker(path, worker, logFormat);
      children.add(child);
      give(child);
      const view = new RemoteView((question) => {
        if (child.connected) child.send(question, () => {}); // one that has ended does not answer
      });
      views.began(name, view);
      child.on('message', (message: WorkerMessage) => {
        if ('ask' in message) return view.answered(message);
        metrics.update(name, message.metrics);
        reports.set(name, message.health);
        for (const happening of message.happenings) views.note(name, happening);
      });
      const { code, by } = await ended(child, AbortSignal.any([signal, failed.signal]));
      children.delete(child);
      metrics.ended(name);
      views.ended(name);
      if (signal.aborted || failed.signal.aborted) return;
      reports.set(name, {
        worker: name,
        phase: 'starting',
        live: true,
        ready: false,
        reasons: [{ id: 'phase', text: `ended (${by ?? `exit ${code}`}), being started again`, since: Date.now() }],
      });
      failures = performance.now() - began > LONG_ENOUGH ? 1 : failures + 1;
      if (code === 2 || failures >= MOST_FAILURES) {
        failed.abort();
        throw new WorkersError(
          `worker ${worker} has ended ${failures} times in a row (${by ?? `exit ${code}`}); what it said stands above`,
        );
      }
      own.workerRestarts.add();
      views.note(name, {
        at: Date.now(),
        kind: 'note',
        text: `ended (${by ?? `exit ${code}`}) and is started again`,
      });
      const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1));
      log.warn('a worker has ended, and is started again', {
        worker,
        ...(by ? { signal: by } : { exit: code }),
        pause,
      });
      await untilOr(pause, AbortSignal.any([signal, failed.signal]));
    }
  };
  try {
    await Promise.all(Array.from({ length: plan.workers }, (_, worker) => keep(worker)));
    log.info('all workers have stopped');
  } finally {
    endReloads();
    if (service) await service.close();
  }
}

function startWorker(path: string, worker: number, logFormat: 'json' | 'pretty' | undefined): ChildProcess {
  const main = fileURLToPath(new URL('main.js', import.meta.url));
  const format = logFormat ?? (process.stderr.isTTY ? 'pretty' : 'json');
  return spawn(
    process.execPath,
    [...process.execArgv, main, 'run', path, '--worker', String(worker), '--log-format', format],
    {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    },
  );
}

/** Tells the worker to stop when the signal comes, ends it when it does not, and answers how it ended. */
function ended(child: ChildProcess, stop: AbortSignal): Promise<{ code: number | null; by: NodeJS.Signals | null }> {
  return new Promise((resolve) => {
    let last: NodeJS.Timeout | undefined;
    const tell = (): void => {
      child.kill('SIGTERM');
      last = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN);
    };
    const settle = (code: number | null, by: NodeJS.Signals | null): void => {
      clearTimeout(last);
      stop.removeEventListener('abort', tell);
      resolve({ code, by });
    };
    child.once('exit', settle);
    child.once('error', () => settle(1, null));
    if (stop.aborted) tell();
    else stop.addEventListener('abort', tell, { once: true });
  });
}

function untilOr(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
