import type { SpanContext } from '@opentelemetry/api';
import type { Records } from '../../kafka/record-batch/records.js';

/** Traces that a delivery is linked to at most, and records that are looked at for them. */
const MOST = 32;
const MOST_LOOKED_AT = 4_096;

/** W3C Trace Context, version 00 and what later ones have in common with it. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})/;

/** The traces that records came with, by their `traceparent` headers, each once. One that cannot be read is none. */
export function parentsOf(records: Records): SpanContext[] {
  const parents = new Map<string, SpanContext>();
  for (let i = 0; i < Math.min(records.length, MOST_LOOKED_AT) && parents.size < MOST; i++) {
    if (records.bytes[records.headersStart[i]!] === 0) continue; // without headers
    for (const [name, value] of records.headers(i)) {
      if (name !== 'traceparent' || value === null) continue;
      const [text, traceId, spanId, flags] = TRACEPARENT.exec(Buffer.from(value).toString('latin1')) ?? [];
      if (text === undefined || parents.has(text)) continue;
      parents.set(text, {
        traceId: traceId!,
        spanId: spanId!,
        traceFlags: Number.parseInt(flags!, 16),
        isRemote: true,
      });
    }
  }
  return [...parents.values()];
}
