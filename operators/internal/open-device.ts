import { concatMap, from, type MonoTypeOperatorFunction, of } from 'rxjs';
import type { Backend } from '../../src/backend/backend.js';
import { CpuBackend } from '../../src/backend/cpu/cpu-backend.js';
import { InvalidOptionError } from '../../src/errors.js';
import type { BackendChoice } from './resolve-batch-options.js';

const NAMES = ['auto', 'cpu', 'tensorflow', 'webgpu'];

/** @throws InvalidOptionError */
export function checkBackend(choice: BackendChoice): void {
  const isBackend = typeof choice === 'object' && choice !== null && typeof choice.submit === 'function';
  if (!isBackend && !NAMES.includes(choice as string))
    throw new InvalidOptionError('backend', choice, `a backend or one of ${NAMES.join(', ')}`);
}

/** A backend that is opened for one subscription. */
export interface DeviceHandle {
  /** Jobs that overlap. */
  readonly maxInFlight: number;
  /** The backend, once something has passed `opened`. */
  readonly device: () => Backend;
  /** Holds what comes until the backend is open. Order is kept; errors where it cannot be had. */
  opened<T>(): MonoTypeOperatorFunction<T>;
  /** Closes what was opened here; a backend that the caller brought stays open. */
  close(): void;
}

/** Opens what was chosen: the CPU and a backend of the caller's at once, devices meanwhile. */
export function openDevice(choice: BackendChoice, log?: (message: string) => void): DeviceHandle {
  if (choice === 'cpu' || typeof choice !== 'string') {
    const device = choice === 'cpu' ? new CpuBackend() : choice;
    return { maxInFlight: device.maxInFlight, device: () => device, opened: () => (source) => source, close: () => {} };
  }
  let device: Backend | undefined;
  let isClosed = false;
  // Loaded when asked for, so that nobody carries the devices along who does not use them.
  const opening = import('../../src/backend/choose-backend.js').then(async ({ chooseBackend }) => {
    const chosen = await chooseBackend({ backend: choice, ...(log && { log }) });
    if (isClosed) await chosen.dispose();
    device = chosen;
  });
  opening.catch(() => {}); // whoever waits for it hears of it
  return {
    maxInFlight: 2,
    device: () => device!,
    opened: () => concatMap((value) => (device ? of(value) : from(opening.then(() => value)))),
    close: () => {
      if (!isClosed) void device?.dispose();
      isClosed = true;
    },
  };
}
