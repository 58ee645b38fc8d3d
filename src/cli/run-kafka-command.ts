import { runKafka } from '../pipeline/kafka/run-kafka.js';
import { Health, type HealthReport } from '../pipeline/metrics/health.js';
import type { MetricSnapshot } from '../pipeline/metrics/metric-snapshot.js';
import { RunMetrics } from '../pipeline/metrics/run-metrics.js';
import type { KafkaPipelinePlan } from '../pipeline/plan.js';
import { startService } from '../service/start-service.js';
import { createLog } from './create-log.js';
import { stopSignal } from './stop-signal.js';
import { version } from './version.js';

/** What a worker tells the process that keeps it, about once a second. */
export interface WorkerReport {
  metrics: MetricSnapshot;
  health: HealthReport;
}

const REPORT_EVERY = 1_000;

/**
 * Runs a pipeline on Kafka in this process until it is told to stop.
 * @param worker which of several this is: it serves nothing itself, and reports to the process that keeps it
 * @throws EngineError
 */
export async function runKafkaHere(
  plan: KafkaPipelinePlan,
  logFormat?: 'json' | 'pretty',
  worker?: number,
): Promise<void> {
  const log = createLog(logFormat, worker);
  const health = new Health();
  const metrics = new RunMetrics({ version: version(), health });
  const signal = worker === undefined ? stopSignal() : workerStopSignal();
  const onStop = () => {
    health.enter('draining');
    log.info('told to stop: finishing what was read');
  };
  signal.addEventListener('abort', onStop, { once: true });
  const end =
    worker === undefined ? await serve(plan, metrics, health, log.info) : report(String(worker), metrics, health);
  try {
    await runKafka(plan, { signal, metrics, health, log, ...(worker !== undefined && { worker }) });
    health.enter('stopped');
    log.info('stopped', { records: metrics.records.value, outputs: metrics.outputs.value });
  } catch (error) {
    health.enter('failed', (error as Error).message);
    throw error;
  } finally {
    await end();
  }
}

async function serve(
  plan: KafkaPipelinePlan,
  metrics: RunMetrics,
  health: Health,
  say: (message: string, particulars: Record<string, unknown>) => void,
): Promise<() => Promise<void>> {
  if (!plan.http) return async () => {};
  const service = await startService({
    ...plan.http,
    metrics: () => [metrics.set.snapshot()],
    health: () => health.report(),
  });
  say('metrics and health are served', { url: service.url });
  return () => service.close();
}

function report(worker: string, metrics: RunMetrics, health: Health): () => Promise<void> {
  const send = (): void => {
    if (!process.connected) return;
    const message: WorkerReport = { metrics: metrics.set.snapshot(worker), health: health.report(worker) };
    process.send?.(message, undefined, {}, () => {}); // whoever does not listen any more has ended: so do we
  };
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
