import type { EventClient } from './event-client.js';

/** A request that has passed the guards: for a host of ours, of a method that the route takes, its body within the route's limit. */
interface ServiceRequest {
  /** Values of the route's `:name` segments, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Empty where the route takes none. */
  readonly body: Uint8Array;
  readonly header: (name: string) => string | undefined;
}

/** An answer at once. */
export interface Reply {
  /** @defaultValue 200 */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** Server-sent events until the client goes or the service closes; `open` answers what is to be done then. */
export interface EventStream {
  readonly open: (client: EventClient) => () => void;
}

export interface Route {
  /** A GET route answers HEAD too. */
  readonly method: 'GET' | 'POST';
  /** Segments joined by `/`, of which `:name` stands for any one: `/api/series/:key`. */
  readonly path: string;
  /** Largest body in bytes. @defaultValue 0 for GET, 65_536 for POST */
  readonly maxBody?: number;
  readonly handle: (request: ServiceRequest) => Reply | EventStream | Promise<Reply | EventStream>;
}

/** An answer in JSON that nobody keeps. */
export function json(value: unknown, status = 200): Reply {
  return jsonText(`${JSON.stringify(value)}\n`, status);
}

/** The same of JSON that is already written. */
export function jsonText(body: string, status = 200): Reply {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8' }, body };
}

/** An answer in plain words. */
export function text(words: string, status = 200): Reply {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: `${words}\n` };
}
