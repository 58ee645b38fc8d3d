import { describe, expect, it } from 'vitest';
import { encodeHeaders } from '../../../src/kafka/record-batch/record-batch-builder.js';
import type { RecordHeader } from '../../../src/kafka/record-batch/record-header.js';
import { Records, recordColumns } from '../../../src/kafka/record-batch/records.js';
import { parentsOf } from '../../../src/pipeline/trace/parents-of.js';

/** Records that have nothing but headers. */
function recordsWith(...headers: (readonly RecordHeader[])[]): Records {
  const columns = recordColumns(headers.length);
  const encoded = headers.map((each) => encodeHeaders(each));
  let at = 0;
  for (const [i, bytes] of encoded.entries()) {
    columns.headersStart[i] = at;
    at += bytes.length;
  }
  return new Records(Buffer.concat(encoded), columns);
}
const traceparent = (text: string): RecordHeader[] => [['traceparent', Buffer.from(text)]];
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('parentsOf', () => {
  it('reads a traceparent as the example of W3C Trace Context has it', () => {
    expect(parentsOf(recordsWith(traceparent(`00-${TRACE}-${SPAN}-01`)))).toEqual([
      { traceId: TRACE, spanId: SPAN, traceFlags: 1, isRemote: true },
    ]);
  });

  it('takes each trace once, and what later versions add behind', () => {
    const same = traceparent(`00-${TRACE}-${SPAN}-00`);
    expect(parentsOf(recordsWith(same, [], same))).toHaveLength(1);
    expect(parentsOf(recordsWith(traceparent(`cc-${TRACE}-${SPAN}-01-what-will-be`)))).toHaveLength(1);
  });

  it.each([
    ['nothing', ''],
    ['version ff', `ff-${TRACE}-${SPAN}-01`],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['a span of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['capitals', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
  ])('takes %s for none', (_, text) => {
    expect(parentsOf(recordsWith(traceparent(text), [['traceparent', null]], [['other', Buffer.from(text)]]))).toEqual(
      [],
    );
  });

  it('takes some of many', () => {
    const many = Array.from({ length: 500 }, (_, i) =>
      traceparent(`00-${TRACE}-${String(i + 1).padStart(16, '0')}-01`),
    );
    expect(parentsOf(recordsWith(...many))).toHaveLength(32);
  });
});
