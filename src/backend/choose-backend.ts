import { valuesIn } from '../batch/batch-layout.js';
import { BackendUnavailableError, InvalidOptionError } from '../errors.js';
import type { Backend, BackendName, BackendOptions, OpenBackend } from './backend.js';
import { CpuBackend } from './cpu/cpu-backend.js';
import { type Crossover, fastestAt, type MeasureOptions, measureCrossover, parseCrossover } from './crossover.js';
import { probeBackend } from './probe-backend.js';
import { RoutedBackend } from './routed-backend.js';
import { openTensorFlow } from './tensorflow/open-tensorflow.js';
import { openWebGpu } from './webgpu/open-webgpu.js';

/** Where a measured crossover is kept: a file, local storage. Neither may fail the choice. */
export interface CrossoverStore {
  /** What was written last, or undefined. */
  read(): Promise<string | undefined>;
  write(text: string): Promise<void>;
}

export interface ChooseBackendOptions extends BackendOptions {
  /** A backend by name, or the fastest for each batch. @defaultValue `'auto'` */
  backend?: BackendName | 'auto';
  /** Hears what was chosen and why, and of devices that are lost. @defaultValue nobody */
  log?: (message: string) => void;
  /** Spares the next start the measuring, and the loading of devices that are not worth it. @defaultValue none */
  store?: CrossoverStore;
  /** How to open the devices. @defaultValue webgpu, then tensorflow */
  devices?: Partial<Record<Exclude<BackendName, 'cpu'>, OpenBackend>>;
  /** How `'auto'` measures. */
  measure?: MeasureOptions;
}

/** For how long `'auto'` believes a measurement in which no device was worth opening: 7 days, in ms. */
const BELIEVED = 7 * 24 * 60 * 60 * 1000;

const DEVICES: Record<Exclude<BackendName, 'cpu'>, OpenBackend> = { webgpu: openWebGpu, tensorflow: openTensorFlow };

/**
 * Chooses where micro-batches are normalized.
 *
 * By name: that backend, or an error that says how to get it. `'auto'`: every device that is there and passes a probe is measured beside
 * the CPU over a range of batch sizes, once; each batch then goes where batches of its size were fastest. What is not there is logged.
 * Either way a device that is lost later leaves its batches to the CPU (`counters`, `log`).
 *
 * @throws InvalidOptionError when called with a faulty option
 * @throws BackendUnavailableError when the backend was asked for by name and is not there
 */
export async function chooseBackend(options: ChooseBackendOptions = {}): Promise<RoutedBackend> {
  const { backend = 'auto', log = () => {}, maxInFlight = 2 } = options;
  if (!['auto', 'cpu', 'tensorflow', 'webgpu'].includes(backend))
    throw new InvalidOptionError('backend', backend, "'auto', 'cpu', 'tensorflow' or 'webgpu'");
  if (!(Number.isSafeInteger(maxInFlight) && maxInFlight >= 1))
    throw new InvalidOptionError('maxInFlight', maxInFlight, 'an integer >= 1');
  const cpu = new CpuBackend();
  if (backend === 'auto') return chooseFastest(cpu, options, log);
  if (backend === 'cpu') return new RoutedBackend({ cpu, devices: [], route: () => 'cpu', log });
  const device = await openProbed(backend, options);
  return new RoutedBackend({ cpu, devices: [device], route: () => backend, log });
}

/** Opens a device and probes it. @throws BackendUnavailableError */
export async function openProbed(
  name: Exclude<BackendName, 'cpu'>,
  { devices = {}, maxInFlight = 2 }: Pick<ChooseBackendOptions, 'devices' | 'maxInFlight'> = {},
): Promise<Backend> {
  const backend = await (devices[name] ?? DEVICES[name])({ maxInFlight });
  try {
    await probeBackend(backend);
  } catch (error) {
    await backend.dispose();
    throw error;
  }
  return backend;
}

async function chooseFastest(
  cpu: Backend,
  options: ChooseBackendOptions,
  log: (message: string) => void,
): Promise<RoutedBackend> {
  const { store, measure = {} } = options;
  const { now = Date.now } = measure;
  const known = await readStore(store, log);
  if (known !== undefined && winners(known).size === 0 && now() - known.measuredAt < BELIEVED) {
    log(`backend cpu: no device was faster when last measured, ${new Date(known.measuredAt).toISOString()}`);
    return new RoutedBackend({ cpu, devices: [], route: () => 'cpu', log });
  }

  const found: Backend[] = [];
  for (const name of Object.keys(DEVICES) as (keyof typeof DEVICES)[]) {
    try {
      found.push(await openProbed(name, options));
    } catch (error) {
      if (!(error instanceof BackendUnavailableError)) throw error;
      log(error.message);
    }
  }
  if (found.length === 0) {
    log('backend cpu: there is no other');
    return new RoutedBackend({ cpu, devices: [], route: () => 'cpu', log });
  }
  let crossover = known;
  if (crossover === undefined || !isOf(crossover, [cpu, ...found])) {
    crossover = await measureCrossover([cpu, ...found], measure);
    await writeStore(store, crossover, log);
  }
  const worth = winners(crossover);
  for (const device of found) if (!worth.has(device.name)) await device.dispose();
  const table = crossover;
  const devices = found.filter(({ name }) => worth.has(name));
  log(describeChoice(table, devices));
  return new RoutedBackend({ cpu, devices, route: ({ layout }) => fastestAt(table, valuesIn(layout)), log });
}

/** Devices that are the fastest at some size. */
function winners(crossover: Crossover): Set<BackendName> {
  const names = new Set(crossover.rows.map(({ size }) => fastestAt(crossover, size)));
  names.delete('cpu');
  return names;
}

function isOf({ devices }: Crossover, backends: readonly Backend[]): boolean {
  return (
    Object.keys(devices).length === backends.length && backends.every(({ name, device }) => devices[name] === device)
  );
}

function describeChoice(crossover: Crossover, devices: readonly Backend[]): string {
  if (devices.length === 0) return 'backend cpu: no device is faster';
  const from = devices.map((device) => {
    const { size } = crossover.rows.find(({ size }) => fastestAt(crossover, size) === device.name)!;
    return `${device.name} (${device.device}) from ${size} values`;
  });
  return `backend cpu, ${from.join(', ')} in a batch`;
}

async function readStore(
  store: CrossoverStore | undefined,
  log: (message: string) => void,
): Promise<Crossover | undefined> {
  try {
    const text = await store?.read();
    return text === undefined ? undefined : parseCrossover(text);
  } catch (error) {
    log(`the measured crossover could not be read: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

async function writeStore(
  store: CrossoverStore | undefined,
  crossover: Crossover,
  log: (message: string) => void,
): Promise<void> {
  try {
    await store?.write(`${JSON.stringify(crossover)}\n`);
  } catch (error) {
    log(`the measured crossover could not be kept: ${error instanceof Error ? error.message : String(error)}`);
  }
}
