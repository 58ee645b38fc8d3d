import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { EventClient } from './event-client.js';
import { isAllowedHost } from './is-allowed-host.js';
import { type Operations, operationsRoutes } from './operations-routes.js';
import { readBody } from './read-body.js';
import { type EventStream, type Reply, type Route, text } from './route.js';
import { RouteTable } from './route-table.js';

export interface HandlerOptions extends Operations {
  /** @defaultValue '127.0.0.1' */
  host?: string;
  /** Names with a dot by which it may be called, as `streamnorm.example.org`; see `isAllowedHost` for those that need no mention. */
  allowedHosts?: readonly string[];
  /** Routes beside `/metrics`, `/livez` and `/readyz`. */
  routes?: readonly Route[];
  /** What a request must show that changes anything, as `Authorization: Bearer …`; without one no such request is taken. */
  token?: string;
  /** Pages that listen to events at a time. @defaultValue 64 */
  maxStreams?: number;
  /** Told of faults of routes; the client learns only that there was one. */
  onError?: (error: unknown) => void;
}

/** Sent with every answer: nothing from elsewhere, nothing into elsewhere, nothing guessed, nothing kept. */
const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'self'; img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** ms between two signs of life to a listener; also finds out that it has gone. */
const KEEP_ALIVE = 15_000;

/** ms after which an answer that is still not taken is given up. */
const LONGEST_ANSWER = 30_000;

/** Answers requests: lets those through that may pass, finds their route, sends what it answers. */
export class RequestHandler {
  readonly #table: RouteTable;
  readonly #allowed: readonly string[];
  readonly #token: string | undefined;
  readonly #maxStreams: number;
  readonly #onError: (error: unknown) => void;
  readonly #streams = new Set<ServerResponse>();
  /** Requests of a connection that are not answered yet. */
  readonly #underWay = new WeakMap<Socket, number>();
  #isClosing = false;

  constructor(options: HandlerOptions) {
    const { routes = [], allowedHosts = [], host, token, maxStreams = 64, onError = () => {}, ...rest } = options;
    this.#table = new RouteTable([...operationsRoutes(rest), ...routes]);
    this.#allowed = [...allowedHosts, ...(host === undefined ? [] : [host])].map((name) => name.toLowerCase());
    this.#token = token;
    this.#maxStreams = maxStreams;
    this.#onError = onError;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request;
    const before = this.#underWay.get(socket) ?? 0;
    this.#underWay.set(socket, before + 1);
    response.once('close', () => this.#underWay.set(socket, (this.#underWay.get(socket) ?? 1) - 1));
    if (before > 0) {
      // Whoever asks on without waiting could have thousands of answers wait for him. One such request ends the connection, more at once.
      if (before === 1) send(request, response, text('one request at a time on a connection', 503), true);
      else socket.destroy();
      return;
    }
    try {
      const reply = await this.#reply(request);
      if (socket.destroyed) return;
      if ('open' in reply) this.#stream(request, response, reply);
      else send(request, response, reply, this.#isClosing);
    } catch (error) {
      if (request.destroyed && !request.complete) return void response.destroy(); // the client went away in mid-request
      this.#onError(error);
      if (response.headersSent) response.destroy();
      else send(request, response, text('something went wrong; the log says what', 500), true);
    }
  }

  close(): void {
    this.#isClosing = true;
    for (const response of this.#streams) response.end();
  }

  async #reply(request: IncomingMessage): Promise<Reply | EventStream> {
    const { method = '', url = '', headers } = request;
    if (!isAllowedHost(headers.host, this.#allowed))
      return text('this service is not known by that name; http.allowedHosts lists further ones', 421);
    const [path = '', query = ''] = url.split(/\?(.*)/s, 2);
    if (!path.startsWith('/')) return text('the path must begin with /', 400);
    const found = this.#table.find(method, path);
    if ('allow' in found) {
      if (found.allow.length === 0) return text('there is nothing here', 404);
      const { headers: plain, ...refusal } = text(`${path} takes ${found.allow.join(', ')}`, 405);
      return { ...refusal, headers: { ...plain, allow: found.allow.join(', ') } };
    }
    const { route, params } = found;
    if (route.method === 'POST' && !isSameOrigin(request)) return text('only from the page of this service', 403);
    if (route.method === 'POST' && !isShown(this.#token, headers.authorization)) {
      const { headers: plain, ...refusal } = text('it changes something: it needs the token of this service', 401);
      return { ...refusal, headers: { ...plain, 'www-authenticate': 'Bearer' } };
    }
    const limit = route.maxBody ?? (route.method === 'POST' ? 65_536 : 0);
    const body = await readBody(request, limit);
    if (body === undefined) return text(`the body must be at most ${limit} bytes`, 413);
    const header = (name: string) => {
      const value = headers[name.toLowerCase()];
      return Array.isArray(value) ? value[0] : value;
    };
    return route.handle({ params, query: new URLSearchParams(query), body, header });
  }

  #stream(request: IncomingMessage, response: ServerResponse, { open }: EventStream): void {
    if (this.#isClosing || this.#streams.size >= this.#maxStreams) {
      send(request, response, text('too many pages are listening', 503), true);
      return;
    }
    response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream; charset=utf-8' });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    response.write('retry: 2000\n\n');
    this.#streams.add(response);
    request.socket.setTimeout(0); // from here on it is the keep-alive that finds out who has gone
    const end = open(new EventClient(response));
    let waiting = 0;
    const beat = setInterval(() => {
      waiting = response.writableLength > 0 ? waiting + 1 : 0;
      if (waiting >= 3) response.destroy();
      else response.write(': \n\n');
    }, KEEP_ALIVE);
    response.once('close', () => {
      clearInterval(beat);
      this.#streams.delete(response);
      end();
    });
  }
}

function send(request: IncomingMessage, response: ServerResponse, reply: Reply, isLast: boolean): void {
  const { status = 200, headers, body } = reply;
  // A body that was not read would be taken for the next request: the connection ends with this answer.
  const isUnread = !request.complete && (request.headers['content-length'] ?? '0') !== '0';
  const close = isLast || isUnread || request.headers['transfer-encoding'] !== undefined ? { connection: 'close' } : {};
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  response.writeHead(status, { ...HEADERS, ...headers, ...close, 'content-length': length });
  response.end(request.method === 'HEAD' ? undefined : body);
  giveUpLate(request.socket, response);
  if (isUnread) response.once('finish', () => request.socket.destroySoon());
}

/** Ends a connection whose client does not take its answer in time. */
function giveUpLate(socket: Socket, response: ServerResponse): void {
  const deadline = setTimeout(() => socket.destroy(), LONGEST_ANSWER).unref();
  // An answer that stands in line behind another is not told of its connection's end.
  const forget = () => {
    clearTimeout(deadline);
    socket.off('close', forget);
    response.off('close', forget);
  };
  socket.on('close', forget);
  response.on('close', forget);
}

/** Whether the token was shown; how long that takes says nothing of it. */
function isShown(token: string | undefined, authorization = ''): boolean {
  if (token === undefined || token === '') return false;
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(`Bearer ${token}`), digest(authorization));
}

/** Whether a browser sent it from a page of ours, or something that is no browser sent it. */
function isSameOrigin({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return false;
  if (headers.origin === undefined) return true;
  // A proxy in between may speak TLS: the scheme is not compared.
  return URL.canParse(headers.origin) && new URL(headers.origin).host === headers.host;
}
