/** One header of a record. Kafka allows the same name more than once, and keeps the order. */
export type RecordHeader = readonly [name: string, value: Uint8Array | null];
