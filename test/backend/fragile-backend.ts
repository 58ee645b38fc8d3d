import type { Backend, BackendName, BatchJob, BatchResult } from '../../src/backend/backend.js';
import { CpuBackend } from '../../src/backend/cpu/cpu-backend.js';
import { BackendLostError } from '../../src/errors.js';

/** A device that computes as it should, a moment later, until it is lost. */
export class FragileBackend extends CpuBackend implements Backend {
  override readonly name: 'cpu';
  override readonly lost: Promise<never>;
  jobs = 0;
  disposed = false;
  #tell!: (error: BackendLostError) => void;
  #error: BackendLostError | null = null;
  readonly #left: number;

  /** @param left jobs until it is lost */
  constructor(name: BackendName, left = Number.POSITIVE_INFINITY) {
    super();
    this.name = name as 'cpu';
    this.#left = left;
    this.lost = new Promise<BackendLostError>((resolve) => {
      this.#tell = resolve;
    }) as Promise<never>;
  }

  override submit(job: BatchJob): BatchResult {
    const settled = (async () => {
      await new Promise((resolve) => setImmediate(resolve));
      this.jobs++;
      if (this.jobs > this.#left) this.lose();
      if (this.#error !== null) throw this.#error;
      return super.submit(job);
    })();
    return settled as unknown as BatchResult;
  }

  lose(): void {
    this.#error ??= new BackendLostError(this.name, 'it fell off the bus');
    this.#tell(this.#error);
  }

  override dispose(): void {
    this.disposed = true;
  }
}
