import type { Assignment, Delivery } from '../../kafka/port.js';

/** Follows a delivery from its fetch to its commit. */
export interface DeliveryTrace {
  /** It has been scored, and waits to be committed. */
  scored(): void;
  /** The transaction that holds it begins. */
  committing(): void;
  committed(): void;
}

/** Tells a tracing system of deliveries. Costs nothing per record. */
export interface DeliveryTracer {
  /** A delivery is about to be scored. */
  begin(delivery: Delivery): DeliveryTrace;
  /** What was under way of a partition is done by another member. */
  gone(assignment: Assignment): void;
  /** What is under way comes to nothing, and is read again. */
  failed(error: unknown): void;
  /** Hands on what is not handed on yet. */
  flush(): Promise<void>;
}
