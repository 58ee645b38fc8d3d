import { createServer, type Server } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { InvalidOptionError } from '../errors.js';
import { ConnectionCap } from './connection-cap.js';
import { type HandlerOptions, RequestHandler } from './request-handler.js';
import { ServiceError } from './service-error.js';

export interface ServiceOptions extends HandlerOptions {
  /** 0: any that is free. */
  port: number;
  /** Connections at a time. @defaultValue 256 */
  maxConnections?: number;
  /** Milliseconds in which a request's headers must have come. @defaultValue 5_000 */
  headersTimeout?: number;
  /** Milliseconds in which a request must have come, and of silence after which a connection ends. @defaultValue 10_000 */
  requestTimeout?: number;
}

export interface Service {
  /** Where it is reached from this machine: `http://127.0.0.1:9464`. */
  readonly url: string;
  readonly port: number;
  /** Ends within a second, whatever clients do. */
  close(): Promise<void>;
}

/**
 * Starts the HTTP service: `/metrics`, `/livez`, `/readyz` and the routes given.
 *
 * It is for one machine or one network of friends, and survives others: headers, bodies, connections and the time they may take are
 * bounded, `Host` must be ours, what changes something needs the token, and from a browser comes from our own page, and no other site
 * may read anything. Its cost per request does not depend on the number of series.
 *
 * @throws ServiceError when the address cannot be had
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { host = '127.0.0.1', port, maxConnections = 256, headersTimeout = 5000, requestTimeout = 10_000 } = options;
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535))
    throw new InvalidOptionError('port', port, 'an integer from 0 to 65535');
  const server = createServer({
    maxHeaderSize: 8192,
    headersTimeout,
    requestTimeout,
    keepAliveTimeout: 5000,
    connectionsCheckingInterval: Math.min(1000, headersTimeout / 2),
    requireHostHeader: true,
  });
  server.maxHeadersCount = 64;
  const connections = new ConnectionCap(server, maxConnections);
  const handler = new RequestHandler(options);
  server.on('request', (request, response) => void handler.answer(request, response));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
  });
  server.setTimeout(requestTimeout, (socket) => socket.destroy());
  await listen(server, host, port);
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://${urlHost(host)}:${bound}`,
    port: bound,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      handler.close();
      server.closeIdleConnections();
      const force = setTimeout(() => connections.destroyAll(), 800);
      await closed;
      clearTimeout(force);
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE'
          ? 'another program uses it; give another http.port, or http: false'
          : error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND'
            ? 'it is no address of this machine'
            : error.code === 'EACCES'
              ? 'this user may not use that port'
              : error.message;
      reject(new ServiceError(`cannot listen on ${urlHost(host)}:${port}: ${why}`, { cause: error }));
    });
    server.listen({ host, port, backlog: 511 }, () => resolve());
  });
}

/** How a bound address is called from this machine. */
function urlHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return isIP(host) === 6 ? `[${host}]` : host;
}
