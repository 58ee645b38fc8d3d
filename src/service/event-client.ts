import type { ServerResponse } from 'node:http';

/** Bytes that may wait for a client; above that it is given nothing new. */
const MOST_WAITING = 1 << 18;

/** One listener of server-sent events. A slow one misses events; memory does not grow with it. */
export class EventClient {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  /** Sends an event with its data as JSON; false when the client is too slow, and it was left out. */
  send(event: string, data: unknown): boolean {
    return this.sendText(event, JSON.stringify(data));
  }

  /** As `send`, of JSON that is already written, so that many clients share the work. */
  sendText(event: string, data: string): boolean {
    if (!this.#response.writable || this.#response.writableLength > MOST_WAITING) return false;
    this.#response.write(`event: ${event}\ndata: ${data}\n\n`);
    return true;
  }
}
