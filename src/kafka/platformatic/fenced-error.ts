import { ProducerFencedError, TransportError } from '../kafka-errors.js';
import { apiCodes } from './api-codes.js';

const codes: readonly number[] = [apiCodes.invalidProducerEpoch, apiCodes.producerFenced];

/** The error by its name where it says that another producer has the transactional id now; else as it is. */
export function fencedError(error: unknown, transactionalId: string): unknown {
  if (!(error instanceof TransportError) || !error.apiCodes.some((code) => codes.includes(code))) return error;
  return new ProducerFencedError(`another producer has taken ${transactionalId} over`, { cause: error });
}
