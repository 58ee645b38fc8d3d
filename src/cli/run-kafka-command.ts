import { runKafka } from '../pipeline/kafka/run-kafka.js';
import { Health, type HealthReport } from '../pipeline/metrics/health.js';
import type { MetricSnapshot } from '../pipeline/metrics/metric-snapshot.js';
import { RunMetrics } from '../pipeline/metrics/run-metrics.js';
import type { KafkaPipelinePlan } from '../pipeline/plan.js';
import { openTracer } from '../pipeline/trace/open-tracer.js';
import { answerViewQuestion, isViewQuestion, type ViewAnswer } from '../pipeline/view/remote-view.js';
import { RunView } from '../pipeline/view/run-view.js';
import type { Happening } from '../pipeline/view/series-view.js';
import { liveRoutes } from '../service/live-routes.js';
import { startService } from '../service/start-service.js';
import { createLog } from './create-log.js';
import { giveHeapRoom } from './give-heap-room.js';
import { onReloadMessage, onReloadSignal, readChangedPlan } from './reload-signal.js';
import { stopSignal } from './stop-signal.js';
import { version } from './version.js';

/** What a worker tells the process that keeps it, about once a second. */
interface WorkerReport {
  metrics: MetricSnapshot;
  health: HealthReport;
  /** What happened since the last report. */
  happenings: readonly Happening[];
}

/** A report, or an answer to what the page asks of series. */
export type WorkerMessage = WorkerReport | ViewAnswer;

const REPORT_EVERY = 1_000;
/** Happenings that a report tells at most. */
const MOST_TOLD = 100;

interface Where {
  /** Of the configuration file, which is read again at SIGHUP; absent where there is none. */
  path?: string;
  /** Read it again when it changes, too. @defaultValue false */
  watch?: boolean;
  logFormat?: 'json' | 'pretty' | undefined;
}

/**
 * Runs a pipeline on Kafka in this process until it is told to stop.
 *
 * When the configuration changes, what was read is finished and committed, the group is left, and the run goes on with the new one: the
 * state comes back from where it was written, but for the fields whose meaning has changed. One that is wrong changes nothing.
 * @param worker which of several this is: it serves nothing itself, and reports to the process that keeps it
 * @throws EngineError
 */
export async function runKafkaHere(
  plan: KafkaPipelinePlan,
  { path, watch = false, logFormat }: Where,
  worker?: number,
): Promise<void> {
  const log = createLog(logFormat, worker);
  const health = new Health();
  const metrics = new RunMetrics({ version: version(), health });
  const view = plan.http ? new RunView() : undefined;
  const signal = worker === undefined ? stopSignal() : workerStopSignal();
  const onStop = () => {
    health.enter('draining');
    log.info('told to stop: finishing what was read');
  };
  signal.addEventListener('abort', onStop, { once: true });
  const end =
    worker === undefined
      ? await serve(plan, metrics, health, view, log.info)
      : report(String(worker), metrics, health, view);
  const takeHeapRoom = giveHeapRoom();
  const tracer = await openTracer(version(), plan.source.groupId, log);
  let current = plan;
  let next: KafkaPipelinePlan | undefined;
  let reload = new AbortController();
  const takeUp = (text?: string): void => {
    const changed = readChangedPlan(path!, next ?? current, log, text);
    if (changed === undefined) return;
    next = changed.plan;
    log.info('the configuration has changed: finishing what was read');
    view?.note('note', 'the configuration has changed');
    reload.abort();
  };
  const endReloads = worker === undefined ? onReloadSignal(path, watch, () => takeUp()) : onReloadMessage(takeUp);
  try {
    for (;;) {
      const either = AbortSignal.any([signal, reload.signal]);
      await runKafka(current, {
        signal: either,
        metrics,
        health,
        log,
        view,
        tracer,
        ...(worker !== undefined && { worker }),
      });
      if (signal.aborted || next === undefined) break;
      current = next;
      next = undefined;
      reload = new AbortController();
      log.info('going on with the new configuration');
    }
    health.enter('stopped');
    log.info('stopped', { records: metrics.records.value, outputs: metrics.outputs.value });
  } catch (error) {
    health.enter('failed', (error as Error).message);
    throw error;
  } finally {
    endReloads();
    await tracer?.flush();
    await end();
    takeHeapRoom();
  }
}

async function serve(
  plan: KafkaPipelinePlan,
  metrics: RunMetrics,
  health: Health,
  view: RunView | undefined,
  say: (message: string, particulars: Record<string, unknown>) => void,
): Promise<() => Promise<void>> {
  if (!plan.http || view === undefined) return async () => {};
  const operations = { metrics: () => [metrics.set.snapshot()], health: () => health.report() };
  const service = await startService({ ...plan.http, ...operations, routes: liveRoutes(view, operations) });
  say('metrics and health are served', { url: service.url });
  return () => service.close();
}

function report(worker: string, metrics: RunMetrics, health: Health, view: RunView | undefined): () => Promise<void> {
  const tell = (message: WorkerMessage): void => {
    // Whoever does not listen any more has ended: so do we.
    if (process.connected) process.send?.(message, undefined, {}, () => {});
  };
  let told = 0;
  const send = (): void => {
    const happenings = view?.happenings(told, MOST_TOLD) ?? [];
    told = happenings.at(-1)?.number ?? told;
    tell({ metrics: metrics.set.snapshot(worker), health: health.report(worker), happenings });
  };
  if (view !== undefined)
    process.on('message', (message) => {
      if (isViewQuestion(message)) void answerViewQuestion(view, message).then(tell);
    });
  send();
  const timer = setInterval(send, REPORT_EVERY);
  return async () => {
    clearInterval(timer);
    send();
    if (process.connected) process.disconnect();
  };
}

/** A worker stops when the process that keeps it says so, or is gone; Ctrl-C goes to all of them, and is that one's business. */
function workerStopSignal(): AbortSignal {
  const controller = new AbortController();
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => controller.abort());
  process.on('disconnect', () => controller.abort());
  return controller.signal;
}
