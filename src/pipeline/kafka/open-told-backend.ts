import type { RoutedBackend } from '../../backend/routed-backend.js';
import type { RunMetrics } from '../metrics/run-metrics.js';
import { type BatchDevices, openBatchBackend } from '../open-batch-backend.js';
import type { KafkaPipelinePlan } from '../plan.js';
import type { RunLog } from '../run-log.js';
import type { RunView } from '../view/run-view.js';

interface Listeners {
  log: Pick<RunLog, 'info' | 'warn'>;
  view?: RunView | undefined;
  metrics: RunMetrics;
  devices?: BatchDevices;
}

/** The backend of a plan, told of in the log, on the page and, where a device is lost, in the metrics. @throws BackendUnavailableError */
export async function openToldBackend(
  plan: Pick<KafkaPipelinePlan, 'batch' | 'fields'>,
  { log, view, metrics, devices }: Listeners,
): Promise<RoutedBackend | undefined> {
  return openBatchBackend(plan, {
    devices,
    onChoice: (message) => {
      log.info(message);
      view?.note('backend', message);
    },
    onLost: (message) => {
      log.warn(message);
      view?.note('backend', message);
      metrics.lostBackends.add();
    },
  });
}
