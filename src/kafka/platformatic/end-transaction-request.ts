import type { RawRequest } from './cluster.js';
import type { Wire } from './wire.js';

/** Who the producer of the next transaction is. */
export interface NextProducer {
  producerId: bigint;
  producerEpoch: number;
}

/**
 * EndTxn, version 5 (`transaction.version` 2): the library's version 4, whose answer names the producer of the next transaction.
 *
 *     => transactional_id producer_id producer_epoch committed
 *     <= throttle_time_ms error_code producer_id producer_epoch
 */
export function endTransactionRequest(
  wire: Wire,
  ...given: [transactionalId: string, producerId: bigint, producerEpoch: number, committed: boolean]
): RawRequest<NextProducer> {
  const { createRequest, parseResponse } = wire.endTxnV4;
  return {
    key: 26,
    version: 5,
    flexible: true,
    write(writer) {
      writer.appendFrom(createRequest(...given));
    },
    read(reader) {
      parseResponse(0, 26, 5, reader);
      return { producerId: reader.readInt64(), producerEpoch: reader.readInt16() };
    },
  };
}
