import { Observable } from 'rxjs';
import type { PartitionTransactions } from './partition-transactions.js';
import type { Assignment, Delivery, GroupConsumerOptions, KafkaClient } from './port.js';

export interface FromKafkaOptions extends GroupConsumerOptions {
  client: KafkaClient;
  /** Takes each partition's transactions over before anything of it is read: share it with `toKafka`. */
  transactions?: PartitionTransactions;
  /** Called when a partition has come, after its transactions were taken; resolves to the offset to begin at, if state says so. */
  assigned?: (assignment: Assignment) => Promise<number | undefined> | number | undefined;
  revoked?: (assignment: Assignment, lost: boolean) => Promise<void> | void;
  /** The way to the brokers is lost (with the reason) or found again (null). */
  connection?: (trouble: Error | null) => void;
  /** Stop: reads no more, waits up to `drain` ms for what is under way, leaves the group and completes. */
  signal?: AbortSignal;
  /** @defaultValue 10_000 */
  drain?: number;
}

/**
 * Reads topics as a member of a consumer group: one `Delivery` for each batch of records of a partition.
 *
 * ## Back pressure
 *
 * A delivery holds memory until its `settle` is called. All that are not settled hold at most `maxBytesInFlight` bytes,
 * plus one batch: then fetching stops, and goes on as they are settled. The member keeps its place in the group however
 * long that takes.
 *
 * ## Delivery guarantees
 *
 * In order within a partition, at least once: after a restart reading begins at the offsets that were committed, by
 * `delivery.consumer.commit` or in a transaction (`toKafka`). Records that were deleted unread are a `gap` of the next
 * delivery, or an error (`onGap`). A batch that cannot be read is a delivery with a `fault`. Unsubscribing leaves the group.
 *
 * Errors with a TransportError, an OffsetGapError, or what a hook threw. Each subscription is a member of its own.
 */
export function fromKafka({
  client,
  transactions,
  signal,
  drain = 10_000,
  ...options
}: FromKafkaOptions): Observable<Delivery> {
  const { assigned, revoked, connection, ...group } = options;
  return new Observable<Delivery>((subscriber) => {
    const consumer = client.consumer(group);
    const stop = (): void => {
      consumer.close(drain).then(
        () => subscriber.complete(),
        (error: unknown) => subscriber.error(error),
      );
    };
    consumer
      .start({
        assigned: async (assignment) => {
          await transactions?.take(assignment);
          return assigned?.(assignment);
        },
        revoked: async (assignment, lost) => {
          await revoked?.(assignment, lost);
          await transactions?.release(assignment);
        },
        delivered: (delivery) => subscriber.next(delivery),
        failed: (error) => subscriber.error(error),
        ...(connection && { connection }),
      })
      .catch((error: unknown) => subscriber.error(error));
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
    return () => {
      signal?.removeEventListener('abort', stop);
      consumer.close().catch(() => {}); // whoever has left does not hear of it
    };
  });
}
