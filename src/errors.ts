/** Every error of the engine: `code` is stable, `name` is the class's, `cause` is kept. */
export abstract class EngineError extends Error {
  abstract readonly code: string;
  /** Whether doing the same again may succeed. */
  readonly retriable: boolean = false;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A faulty option. Thrown by a factory when it is called, never in mid-stream. */
export class InvalidOptionError extends EngineError {
  readonly code = 'INVALID_OPTION';
  readonly option: string;
  readonly received: unknown;
  readonly expected: string;

  constructor(option: string, received: unknown, expected: string) {
    super(`${option} must be ${expected}, got ${display(received)}`);
    this.option = option;
    this.received = received;
    this.expected = expected;
  }
}

/** State that was written under another configuration: another method, memory or size. */
export class IncompatibleStateError extends EngineError {
  readonly code = 'INCOMPATIBLE_STATE';
}

/** A value that the policy `missing: 'error'` does not let pass. */
export class MissingValueError extends EngineError {
  readonly code = 'MISSING_VALUE';
}

/** A checkpoint that is truncated, damaged or not a checkpoint at all. */
export class CorruptCheckpointError extends EngineError {
  readonly code = 'CORRUPT_CHECKPOINT';
}

/** A checkpoint of a version that this release does not read. */
export class CheckpointVersionError extends EngineError {
  readonly code = 'CHECKPOINT_VERSION';

  constructor(received: number, expected: number) {
    super(`checkpoint version must be ${expected}, got ${received}`);
  }
}

/** A file that could not be read or written. */
export class StorageError extends EngineError {
  readonly code = 'STORAGE';
}

/** Nobody reads the output any more: no failure, a reason to stop. */
export class OutputClosedError extends EngineError {
  readonly code = 'OUTPUT_CLOSED';
}

/** A configuration that cannot be run. The message has a line for each fault. */
export class ConfigError extends EngineError {
  readonly code = 'INVALID_CONFIG';
  /** Each with its place: `FILE:line:col: path: must be …, got …`. */
  readonly faults: readonly string[];

  constructor(faults: readonly string[], options?: ErrorOptions) {
    super(faults.join('\n'), options);
    this.faults = faults;
  }
}

/** A record that could not be decoded; goes to the dead letter, not to the stream's error channel. */
export class DecodeError extends EngineError {
  readonly code = 'DECODE_FAILED';
}

/** A backend that was asked for and is not there. `cause` is what the loader or the driver said. */
export class BackendUnavailableError extends EngineError {
  readonly code = 'BACKEND_UNAVAILABLE';
  readonly backend: string;
  readonly reason: string;
  /** The command that would get it; undefined where none would. */
  readonly remedy: string | undefined;

  constructor(backend: string, reason: string, remedy?: string, options?: ErrorOptions) {
    super(`backend ${backend} is not available: ${reason}${remedy === undefined ? '' : `; try: ${remedy}`}`, options);
    this.backend = backend;
    this.reason = reason;
    this.remedy = remedy;
  }
}

/** A device that went away while it was in use; its jobs can be done on another backend. */
export class BackendLostError extends EngineError {
  readonly code = 'BACKEND_LOST';
  override readonly retriable = true;
  readonly backend: string;

  constructor(backend: string, reason: string, options?: ErrorOptions) {
    super(`backend ${backend} was lost: ${reason}`, options);
    this.backend = backend;
  }
}

/** A model that failed: it threw, answered what is no number, or would have left the finite numbers by its next step. */
export class ModelError extends EngineError {
  readonly code = 'MODEL_FAILED';
}

/** A value as a message shows it: short, quoted where it is text, and never able to throw. */
function display(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) {
    try {
      const text = JSON.stringify(value);
      return text.length > 80 ? `${text.slice(0, 80)}…` : text;
    } catch {
      return 'an object';
    }
  }
  return String(value);
}
