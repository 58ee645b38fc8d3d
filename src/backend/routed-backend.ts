import { BackendLostError } from '../errors.js';
import type { Backend, BackendMemory, BackendName, BatchJob, BatchResult, ResidentBatch } from './backend.js';
import { InOrder } from './in-order.js';

/** What happened to the devices; counts from when the backend was chosen. */
export interface BackendCounters {
  /** Jobs by where they were done. */
  readonly jobs: Readonly<Record<BackendName, number>>;
  /** Devices that were lost. */
  readonly lost: number;
  /** Jobs that a lost device left undone and the CPU did. */
  readonly redone: number;
}

export interface RouteOptions {
  cpu: Backend;
  /** Those that `route` may name; their owner from now on. */
  devices: readonly Backend[];
  /** Where a job is done; where that device is lost, or is not among `devices`, the CPU does it. */
  route: (job: BatchJob) => BackendName;
  log: (message: string) => void;
}

/**
 * Several backends as one: each job goes where `route` says, results come in the order of their jobs, and what a lost device leaves undone
 * the CPU does again, with the same result within the bars. A lost device is not asked again.
 *
 * While nothing is in flight a job of the CPU is done at once, without a promise.
 */
export class RoutedBackend implements Backend {
  readonly name: BackendName;
  readonly precision: Backend['precision'];
  /** Never resolves: the CPU is always there. */
  readonly lost: Promise<never> = new Promise(() => {});
  readonly maxInFlight: number;
  readonly #cpu: Backend;
  readonly #devices: Map<BackendName, Backend>;
  readonly #route: (job: BatchJob) => BackendName;
  readonly #log: (message: string) => void;
  readonly #order: InOrder;
  readonly #jobs: Record<BackendName, number> = { cpu: 0, tensorflow: 0, webgpu: 0 };
  #lost = 0;
  #redone = 0;

  constructor({ cpu, devices, route, log }: RouteOptions) {
    this.#cpu = cpu;
    this.#devices = new Map(devices.map((device) => [device.name, device]));
    this.#route = route;
    this.#log = log;
    this.name = devices[0]?.name ?? 'cpu';
    this.precision = devices.some(({ precision }) => precision === 'float32') ? 'float32' : 'float64';
    this.maxInFlight = Math.max(1, ...devices.map(({ maxInFlight }) => maxInFlight));
    this.#order = new InOrder(this.maxInFlight);
    for (const device of devices) void device.lost.then((error) => this.#give(device, error));
  }

  /** All that are in use, the device first. */
  get device(): string {
    return [...this.#devices.values(), this.#cpu].map(({ device }) => device).join(', ');
  }

  get resident(): ResidentBatch['kind'] {
    return this.#firstDevice().resident;
  }

  get memory(): BackendMemory {
    let { buffers, bytes } = this.#cpu.memory;
    for (const { memory } of this.#devices.values()) {
      buffers += memory.buffers;
      bytes += memory.bytes;
    }
    return { buffers, bytes, inFlight: this.#order.running };
  }

  get counters(): BackendCounters {
    return { jobs: { ...this.#jobs }, lost: this.#lost, redone: this.#redone };
  }

  submit(job: BatchJob): BatchResult | Promise<BatchResult> {
    // Who wants the output on the device wants it there every time, not only where that is faster.
    const device = job.output === 'resident' ? this.#firstDevice() : this.#devices.get(this.#route(job));
    if (device === undefined || device === this.#cpu) {
      if (this.#order.running === 0) return this.#onCpu(job);
      return this.#order.run(async () => this.#onCpu(job));
    }
    return this.#order.run(() => this.#onDevice(device, job));
  }

  async dispose(): Promise<void> {
    await this.#order.idle();
    for (const device of this.#devices.values()) await device.dispose();
    await this.#cpu.dispose();
  }

  async #onDevice(device: Backend, job: BatchJob): Promise<BatchResult> {
    // It may have been lost while the job waited.
    if (!this.#devices.has(device.name)) return this.#onCpu(job);
    try {
      const result = await device.submit(job);
      this.#jobs[device.name]++;
      return result;
    } catch (error) {
      if (!(error instanceof BackendLostError)) throw error;
      this.#give(device, error);
      this.#redone++;
      return this.#onCpu(job);
    }
  }

  #onCpu(job: BatchJob): BatchResult | Promise<BatchResult> {
    this.#jobs.cpu++;
    return this.#cpu.submit(job);
  }

  /** Gives a device up, and says so once. */
  #give(device: Backend, error: BackendLostError): void {
    if (!this.#devices.delete(device.name)) return;
    this.#lost++;
    this.#log(`${error.message} (${device.device}); its batches are done on the CPU from now on`);
  }

  #firstDevice(): Backend {
    const [first = this.#cpu] = this.#devices.values();
    return first;
  }
}
