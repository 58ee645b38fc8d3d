import { EngineError } from '../errors.js';

/** What Kafka or the way to it refused: wraps every error of a client. Retriable when doing the same again may succeed. */
export class TransportError extends EngineError {
  readonly code = 'TRANSPORT';
  override readonly retriable: boolean;
  /** Kafka's error codes in the answer, empty when there was no answer. */
  readonly apiCodes: readonly number[];

  constructor(message: string, retriable: boolean, apiCodes: readonly number[] = [], options?: ErrorOptions) {
    super(message, options);
    this.retriable = retriable;
    this.apiCodes = apiCodes;
  }
}

/** Another producer has taken this transactional id over: whatever was under way has been settled by it. */
export class ProducerFencedError extends EngineError {
  readonly code = 'PRODUCER_FENCED';
}

/** The partition has gone to another member of the group: what was derived from it must not be committed. */
export class StaleEpochError extends EngineError {
  readonly code = 'STALE_EPOCH';
}

/** It is not known whether the transaction was committed: a new `init` of the same id settles it, then its effects tell. */
export class TransactionOutcomeError extends EngineError {
  readonly code = 'TRANSACTION_OUTCOME';
}

/** Records that were never read have been deleted by retention, and the policy is to stop. */
export class OffsetGapError extends EngineError {
  readonly code = 'OFFSET_GAP';
}
