import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Bounds the open connections of a server. When there are too many, the one that has waited longest without a request under way makes
 * room: whoever opens connections to hold them loses his own, and a health probe still gets through.
 */
export class ConnectionCap {
  /** Oldest first. */
  readonly #idle = new Set<Socket>();
  readonly #all = new Set<Socket>();
  readonly #limit: number;

  constructor(server: Server, limit: number) {
    this.#limit = limit;
    server.on('connection', (socket: Socket) => this.#opened(socket));
    server.on('request', (request, response) => {
      const { socket } = request;
      // One that sends a body may take its time over that: it goes on counting as waiting.
      if (request.method !== 'POST') this.#idle.delete(socket);
      response.once('close', () => {
        if (!this.#all.has(socket)) return;
        this.#idle.delete(socket);
        this.#idle.add(socket); // as the youngest
      });
    });
  }

  /** Ends them all, whatever they are at. */
  destroyAll(): void {
    for (const socket of this.#all) socket.destroy();
  }

  #opened(socket: Socket): void {
    if (this.#all.size >= this.#limit) {
      const [oldest] = this.#idle;
      if (oldest === undefined) {
        socket.destroy(); // all are being served
        return;
      }
      this.#forget(oldest);
      oldest.destroy();
    }
    this.#all.add(socket);
    this.#idle.add(socket);
    socket.once('close', () => this.#forget(socket));
    socket.on('error', () => {}); // a client that breaks off is no fault of ours
  }

  #forget(socket: Socket): void {
    this.#all.delete(socket);
    this.#idle.delete(socket);
  }
}
