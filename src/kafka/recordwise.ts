import { Observable, type OperatorFunction, Subject } from 'rxjs';
import type { Delivery } from './port.js';
import type { RecordHeader } from './record-batch/record-header.js';
import type { DeliveryOutput, KafkaOutput } from './to-kafka-options.js';

/** One record of a delivery. Its bytes are views: copy what is to outlive the delivery. */
export interface KafkaRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly RecordHeader[];
}

/**
 * Sends the records of each delivery, one by one, through an operator, and gathers what comes out of it for `toKafka`.
 *
 *     deliveries      --[a b]-----[c]--|
 *     recordwise(op)  --[A B]-----[C]--|
 *
 * The operator is subscribed once, so that its state lives through all deliveries; it may drop records and add some, and
 * must be done with a record before the next (as every operator of this package is): what it emits later goes with a
 * later delivery. A delivery without records (a fault) comes out without outputs, so that its offsets are committed.
 */
export function recordwise(
  operator: OperatorFunction<KafkaRecord, KafkaOutput>,
): OperatorFunction<Delivery, DeliveryOutput> {
  return (source) =>
    new Observable<DeliveryOutput>((subscriber) => {
      const records = new Subject<KafkaRecord>();
      let outputs: KafkaOutput[] = [];
      const inner = records.pipe(operator).subscribe({
        next: (output) => outputs.push(output),
        error: (error) => subscriber.error(error),
      });
      const outer = source.subscribe({
        next: (delivery) => {
          const { topic, partition } = delivery;
          const { length, offsets, timestamps } = delivery.records;
          for (let i = 0; i < length; i++)
            records.next({
              topic,
              partition,
              offset: offsets[i]!,
              timestamp: timestamps[i]!,
              key: delivery.records.key(i),
              value: delivery.records.value(i),
              headers: delivery.records.headers(i),
            });
          const gathered = outputs;
          outputs = [];
          subscriber.next({ delivery, outputs: gathered });
        },
        error: (error) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
      outer.add(inner);
      return outer;
    });
}
