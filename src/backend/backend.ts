import type { BatchLayout } from '../batch/batch-layout.js';
import type { BatchScaling } from '../batch/batch-scaling.js';
import type { GroupMoments } from '../batch/group-moments.js';
import type { BackendLostError } from '../errors.js';

export type { BatchCoefficients, BatchScaling } from '../batch/batch-scaling.js';

export type BackendName = 'cpu' | 'tensorflow' | 'webgpu';
export type BatchArray = Float64Array | Float32Array;

/**
 * Where micro-batches are normalized. One contract for all: the law functions in `test/backend/backend-laws.ts` say it in code.
 *
 * `submit` starts a job and answers when it is done: at once where the backend is synchronous (cpu), else by a promise. Promises settle
 * in the order of their jobs. Up to `maxInFlight` jobs overlap (the host packs one while the device has another); a job beyond waits
 * inside `submit`, so that memory is bounded whatever the caller does. The arrays of a job are the backend's until its job has settled;
 * `resolve` excepted, the backend keeps none of them afterwards. Buffers are reused from job to job.
 *
 * A device that is lost rejects its jobs with BackendLostError, those in flight and all later ones, and leaves their `values` unchanged:
 * the caller does them again elsewhere. Any other rejection is a fault of the job.
 */
export interface Backend {
  readonly name: BackendName;
  /** The device in words, as its driver calls it. */
  readonly device: string;
  /** What is computed in. Under float32 the residuals `x − pivot`, taken in float64 on the host, are what is cast. */
  readonly precision: 'float64' | 'float32';
  /** What `output: 'resident'` hands over. */
  readonly resident: ResidentBatch['kind'];
  readonly maxInFlight: number;
  readonly memory: BackendMemory;
  /** Resolves when the device is lost; stays pending where that cannot be, and after `dispose`. */
  readonly lost: Promise<BackendLostError>;
  submit(job: BatchJob): BatchResult | Promise<BatchResult>;
  /** Waits for what is in flight, then gives everything back. Resident batches that are not released stay valid where the device allows it. */
  dispose(): void | Promise<void>;
}

/** What a backend holds at this moment. */
export interface BackendMemory {
  /** Buffers or tensors on the device, pooled ones and unreleased resident batches included. */
  readonly buffers: number;
  readonly bytes: number;
  readonly inFlight: number;
}

/**
 * One micro-batch and what to do with it. A value that is no observation (NaN, ±Infinity, beyond 1e150) is missing: it enters no moment,
 * and its output is NaN, or β under `missing: 'center'`. A group without observations has count 0; its outputs are NaN.
 */
export interface BatchJob {
  readonly layout: BatchLayout;
  /** `outer × rows × groups × inner` of them. */
  readonly values: BatchArray;
  /** What a resident tensor is shaped as; the same values in the same order. @defaultValue one axis */
  readonly shape?: readonly number[];
  /** By group: a finite number not far from its values, in their unit. Subtracted in float64 before anything is cast. */
  readonly pivots: Float64Array;
  /** By value: 0 keeps it out of the moments; it is normalized all the same. */
  readonly mask?: Uint8Array;
  /** Filled with the moments of the batch, in float64 on the host. Needed by `scaling.kind: 'resolved'`. */
  readonly moments?: GroupMoments;
  /** Absent: moments only. */
  readonly scaling?: BatchScaling;
  /** By channel, 1 where absent. */
  readonly gamma?: Float64Array;
  /** By channel, 0 where absent. */
  readonly beta?: Float64Array;
  readonly missing?: 'null' | 'center';
  /** @defaultValue `'array'` */
  readonly output?: 'array' | 'resident';
  /** Where the output goes, as long as `values` and possibly the very same array; absent: a new Float32Array. Not for resident output. */
  readonly out?: BatchArray;
}

export interface BatchResult {
  /** `job.out`, or the new array; absent where output is resident or not asked for. */
  readonly values?: BatchArray;
  readonly resident?: ResidentBatch;
}

/** An output that stayed where it was computed: float32 but on cpu, which hands over the output array itself. */
export interface ResidentBatch {
  readonly kind: 'array' | 'tf.Tensor' | 'GPUBuffer';
  /** What `kind` says; typed by the backend's own folder, so that nobody else depends on a device library. */
  readonly handle: unknown;
  readonly shape: readonly number[];
  /** Reads the values back. */
  toArray(): BatchArray | Promise<BatchArray>;
  /** Gives the memory back; the holder's duty, once. */
  release(): void;
}

export interface BackendOptions {
  /** Jobs that overlap. @defaultValue 2 */
  maxInFlight?: number;
}

/**
 * Loads and probes a backend.
 * @throws BackendUnavailableError saying why it is not there and the command that would get it
 */
export type OpenBackend = (options?: BackendOptions) => Promise<Backend>;
