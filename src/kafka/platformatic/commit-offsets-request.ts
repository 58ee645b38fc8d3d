import type { RawRequest } from './cluster.js';
import type { Wire } from './wire.js';

/**
 * TxnOffsetCommit, version 5 (`transaction.version` 2): the library's version 4, in the sense that the broker adds the group to the
 * transaction itself.
 */
export function commitOffsetsRequest(
  wire: Wire,
  ...given: Parameters<Wire['txnOffsetCommitV4']['createRequest']>
): RawRequest<unknown> {
  const { createRequest, parseResponse } = wire.txnOffsetCommitV4;
  return {
    key: 28,
    version: 5,
    flexible: true,
    write(writer) {
      writer.appendFrom(createRequest(...given));
    },
    read: (reader) => parseResponse(0, 28, 5, reader),
  };
}
