import { runKafka } from '../pipeline/kafka/run-kafka.js';
import { Health } from '../pipeline/metrics/health.js';
import { RunMetrics } from '../pipeline/metrics/run-metrics.js';
import type { KafkaPipelinePlan } from '../pipeline/plan.js';
import { startService } from '../service/start-service.js';
import { createLog } from './create-log.js';
import { stopSignal } from './stop-signal.js';
import { version } from './version.js';

/** Runs a pipeline on Kafka in this process until it is told to stop. @throws EngineError */
export async function runOneKafka(plan: KafkaPipelinePlan, logFormat?: 'json' | 'pretty'): Promise<void> {
  const log = createLog(logFormat);
  const health = new Health();
  const metrics = new RunMetrics({ version: version(), health });
  const signal = stopSignal();
  signal.addEventListener('abort', () => {
    health.enter('draining');
    log.info('told to stop: finishing what was read');
  });
  const service =
    plan.http &&
    (await startService({
      ...plan.http,
      metrics: () => [metrics.set.snapshot()],
      health: () => health.report(),
    }));
  if (service) log.info('metrics and health are served', { url: service.url });
  try {
    await runKafka(plan, { signal, metrics, health, log });
    health.enter('stopped');
    log.info('stopped', { records: metrics.records.value, outputs: metrics.outputs.value });
  } catch (error) {
    health.enter('failed', (error as Error).message);
    throw error;
  } finally {
    if (service) await service.close();
  }
}
