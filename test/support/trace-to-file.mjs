// Preloaded by node --import: an OpenTelemetry SDK whose spans go to the file that TRACE_FILE names, one a line.
import { appendFileSync } from 'node:fs';
import { trace } from '@opentelemetry/api';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';

const exporter = {
  export(spans, done) {
    for (const span of spans) {
      const { name, kind, attributes, links, status, startTime, endTime, parentSpanContext } = span;
      const { traceId, spanId } = span.spanContext();
      const times = [startTime, endTime].map(([seconds, nanos]) => seconds * 1e3 + nanos / 1e6);
      const parent = parentSpanContext?.spanId;
      const linked = links.map(({ context }) => ({ traceId: context.traceId, spanId: context.spanId }));
      appendFileSync(
        process.env.TRACE_FILE,
        `${JSON.stringify({ name, kind, attributes, linked, status, times, traceId, spanId, parent })}\n`,
      );
    }
    done({ code: 0 });
  },
  async shutdown() {},
};
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] }));
