import { Observable, type OperatorFunction } from 'rxjs';
import { InvalidOptionError } from '../errors.js';
import { DeliveryWriter } from './delivery-writer.js';
import type { DeliveryOutput, ToKafkaOptions } from './to-kafka-options.js';

/**
 * Writes what came of each delivery, commits its offsets, settles it, and emits it.
 *
 * ## Back pressure
 *
 * Deliveries of one partition are written in order, one write at a time; those that wait meanwhile go together in the
 * next. What waits is bounded by `maxBytesInFlight` of `fromKafka`, for a delivery is settled only when it is committed.
 *
 * ## Delivery guarantees
 *
 * With `transactions`, exactly once: outputs, state and offsets are one transaction, so that a reader of committed records
 * sees the effect of each input record once, whatever fails. Without, at least once: outputs first, then offsets.
 * What came of a partition that has gone to another member is dropped, and not emitted: the other one does it.
 * While brokers do not answer, the same is tried again, in a new transaction after a while, for as long as the partition is held: a sink
 * that is down costs no place in the group. Any other failure errors the stream; subscribing again goes on at what was committed.
 */
export function toKafka(options: ToKafkaOptions): OperatorFunction<DeliveryOutput, DeliveryOutput> {
  if (options.topic === '') throw new InvalidOptionError('topic', options.topic, 'the name of a topic');
  if (options.transactions === undefined && options.outputs === 'at-once')
    throw new InvalidOptionError('outputs', options.outputs, 'with-offsets where there are no transactions');
  return (source) =>
    new Observable<DeliveryOutput>((subscriber) => {
      const writer = new DeliveryWriter(
        options,
        (output) => subscriber.next(output),
        (error) => subscriber.error(error),
      );
      const subscription = source.subscribe({
        next: (output) => writer.write(output),
        error: (error) => subscriber.error(error),
        complete: () => writer.finish().then(() => subscriber.complete()),
      });
      subscription.add(() => writer.close());
      return subscription;
    });
}
