import { EngineError } from '../errors.js';

/** The HTTP service could not be started: the address is taken, or is not of this machine. */
export class ServiceError extends EngineError {
  readonly code = 'SERVICE';
}
