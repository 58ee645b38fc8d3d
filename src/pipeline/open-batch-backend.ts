import { type ChooseBackendOptions, chooseBackend, openProbed } from '../backend/choose-backend.js';
import type { RoutedBackend } from '../backend/routed-backend.js';
import { CacheFile } from '../io/cache-file.js';
import { hasBatches, type PipelinePlan } from './plan.js';

export type BatchDevices = ChooseBackendOptions['devices'];

interface BatchBackendOptions {
  /** How to open the devices. @defaultValue as `chooseBackend` does */
  devices?: BatchDevices | undefined;
  /** Told what was chosen and why, before this answers. */
  onChoice: (message: string) => void;
  /** Told of a device that is lost; its batches are done on the CPU, also the one at hand. */
  onLost: (message: string) => void;
}

/**
 * The backend of a plan's fields of the method `batch`; undefined where the CPU takes them one micro-batch after the other as they come:
 * it was asked for, or `auto` found no device that is faster, or there are no such fields.
 * @throws BackendUnavailableError for a device that was asked for by name and is not there
 */
export async function openBatchBackend(
  plan: Pick<PipelinePlan, 'batch' | 'fields'>,
  { devices, onChoice, onLost }: BatchBackendOptions,
): Promise<RoutedBackend | undefined> {
  const { backend: asked } = plan.batch;
  if (asked === 'cpu' || !hasBatches(plan)) return undefined;
  let isChosen = false;
  const backend = await chooseBackend({
    backend: asked,
    log: (message) => (isChosen ? onLost : onChoice)(message),
    store: CacheFile.named('crossover.json'),
    ...(devices && { devices }),
  });
  isChosen = true;
  if (backend.name !== 'cpu') {
    if (asked !== 'auto') onChoice(`backend ${backend.name}: ${backend.device}`);
    return backend;
  }
  await backend.dispose();
  return undefined;
}

/**
 * Opens and closes the device that a plan names, to see that it is there.
 * @param devices how to open them
 * @throws BackendUnavailableError
 */
export async function tryBatchBackend(
  plan: Pick<PipelinePlan, 'batch' | 'fields'>,
  devices?: BatchDevices,
): Promise<void> {
  const { backend } = plan.batch;
  if (backend === 'cpu' || backend === 'auto' || !hasBatches(plan)) return;
  await (await openProbed(backend, { ...(devices && { devices }) })).dispose();
}
