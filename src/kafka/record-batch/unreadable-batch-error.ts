import { EngineError } from '../../errors.js';

/**
 * A record batch that cannot be read: its checksum is wrong, its codec unknown, its content larger than the cap, or its
 * records malformed. Trying again gives the same bytes: it goes to the dead letter as a range of offsets.
 */
export class UnreadableBatchError extends EngineError {
  readonly code = 'UNREADABLE_BATCH';
}
