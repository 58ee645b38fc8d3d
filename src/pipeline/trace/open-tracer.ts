import { setTimeout as sleep } from 'node:timers/promises';
import type { Context, Link, Span, SpanOptions, TraceAPI, Tracer } from '@opentelemetry/api';
import type { Assignment, Delivery } from '../../kafka/port.js';
import type { RunLog } from '../run-log.js';
import type { DeliveryTrace, DeliveryTracer } from './delivery-tracer.js';
import { parentsOf } from './parents-of.js';

/** ms that what is still to be handed on at the end is given. */
const FLUSH = 3_000;

type Api = typeof import('@opentelemetry/api');

/**
 * A tracer on OpenTelemetry; undefined where `@opentelemetry/api` is not installed or no SDK has been registered with it, and then nothing
 * is traced and nothing costs anything.
 *
 * Of each delivery there is a span `process <topic>` of its own trace, linked to the traces that the records came with, and under it
 * `fetch`, `score` and `transaction`. Names of attributes are those of OpenTelemetry's conventions for messaging.
 */
export async function openTracer(version: string, groupId: string, log: RunLog): Promise<DeliveryTracer | undefined> {
  let api: Api;
  try {
    api = await import('@opentelemetry/api');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
  if (!isRegistered(api.trace, api)) return undefined;
  log.info('tracing by OpenTelemetry');
  return new SpanTracer(api, api.trace.getTracer('streamnorm', version), groupId);
}

function isRegistered(trace: TraceAPI, { ProxyTracerProvider }: Api): boolean {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer('streamnorm') !== undefined;
}

class SpanTracer implements DeliveryTracer {
  readonly #api: Api;
  readonly #tracer: Tracer;
  readonly #groupId: string;
  readonly #open = new Set<OpenSpans>();

  constructor(api: Api, tracer: Tracer, groupId: string) {
    this.#api = api;
    this.#tracer = tracer;
    this.#groupId = groupId;
  }

  begin(delivery: Delivery): DeliveryTrace {
    const { ROOT_CONTEXT, SpanKind, trace } = this.#api;
    const { topic, partition, records, firstOffset, fetched, assignment } = delivery;
    const links: Link[] = parentsOf(records).map((context) => ({ context }));
    const options: SpanOptions = {
      kind: SpanKind.CONSUMER,
      root: true,
      links,
      attributes: {
        'messaging.system': 'kafka',
        'messaging.operation.type': 'process',
        'messaging.operation.name': 'process',
        'messaging.destination.name': topic,
        'messaging.destination.partition.id': String(partition),
        'messaging.consumer.group.name': this.#groupId,
        'messaging.kafka.offset': records.length > 0 ? records.offsets[0]! : firstOffset,
        'messaging.batch.message_count': records.length,
      },
      ...(fetched && { startTime: fetched.from }),
    };
    const whole = this.#tracer.startSpan(`process ${topic}`, options, ROOT_CONTEXT);
    const context = trace.setSpan(ROOT_CONTEXT, whole);
    if (fetched !== undefined) this.#tracer.startSpan('fetch', { startTime: fetched.from }, context).end(fetched.to);
    const spans = new OpenSpans(assignment, this.#tracer, context, whole, (ended) => this.#open.delete(ended));
    this.#open.add(spans);
    return spans;
  }

  async flush(): Promise<void> {
    const proxy = this.#api.trace.getTracerProvider();
    const provider = proxy instanceof this.#api.ProxyTracerProvider ? proxy.getDelegate() : proxy;
    if ('forceFlush' in provider && typeof provider.forceFlush === 'function')
      await Promise.race([provider.forceFlush(), sleep(FLUSH, undefined, { ref: false })]).catch(() => {});
  }

  gone(assignment: Assignment): void {
    for (const spans of this.#open)
      if (spans.assignment === assignment) spans.end('the partition went to another member');
  }

  failed(error: unknown): void {
    const { SpanStatusCode } = this.#api;
    const message = error instanceof Error ? error.message : String(error);
    for (const spans of this.#open) spans.end(message, SpanStatusCode.ERROR);
  }
}

/** The spans of one delivery that have not ended. */
class OpenSpans implements DeliveryTrace {
  readonly assignment: Assignment;
  readonly #tracer: Tracer;
  readonly #context: Context;
  readonly #whole: Span;
  readonly #ended: (spans: OpenSpans) => void;
  #part: Span | undefined;

  constructor(
    assignment: Assignment,
    tracer: Tracer,
    context: Context,
    whole: Span,
    ended: (spans: OpenSpans) => void,
  ) {
    this.assignment = assignment;
    this.#tracer = tracer;
    this.#context = context;
    this.#whole = whole;
    this.#ended = ended;
    this.#part = tracer.startSpan('score', {}, context);
  }

  scored(): void {
    this.#part?.end();
    this.#part = undefined;
  }

  committing(): void {
    this.#part ??= this.#tracer.startSpan('transaction', {}, this.#context);
  }

  committed(): void {
    this.end();
  }

  end(why?: string, code?: number): void {
    if (why !== undefined) this.#whole.addEvent(why);
    if (code !== undefined) for (const span of [this.#part, this.#whole]) span?.setStatus({ code, message: why ?? '' });
    this.#part?.end();
    this.#part = undefined;
    this.#whole.end();
    this.#ended(this);
  }
}
