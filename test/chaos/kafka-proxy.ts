import { connect, createServer, type Server, type Socket } from 'node:net';

/** Kafka's numbers of the requests that the scenarios look for. */
export const api = {
  produce: 0,
  fetch: 1,
  joinGroup: 11,
  heartbeat: 12,
  initProducerId: 22,
  addPartitionsToTxn: 24,
  addOffsetsToTxn: 25,
  endTxn: 26,
  txnOffsetCommit: 28,
} as const;

/** One request or answer on its way. */
export interface Passing {
  api: number;
  version: number;
  clientId: string;
  /** The whole frame, its length included. */
  bytes: Buffer;
  connection: ProxyConnection;
}

/** `drop` swallows the frame, `cut` ends its connection. */
export type Fate = 'pass' | 'drop' | 'cut';

export interface ProxyConnection {
  cut(): void;
}

interface Link extends ProxyConnection {
  inside: Socket;
  outside: Socket;
  /** Whether it is of a client under test; undefined until its first request. */
  isWatched: boolean | undefined;
}

/**
 * Stands between clients and a broker that advertises this port. Only connections of the client named `clientId` are tampered
 * with; the broker's own and those of the test pass.
 */
export class KafkaProxy {
  /** Requests that passed or were held, by number of their kind. */
  readonly requests = new Map<number, number>();
  /** Bytes of answers to fetches. */
  fetched = 0;
  /** Asked for each request, in the order of its connection; what it waits for holds the connection up. */
  onRequest: ((request: Passing) => Fate | Promise<Fate>) | null = null;
  onAnswer: ((answer: Passing) => Fate | Promise<Fate>) | null = null;
  readonly #server: Server;
  readonly #clientId: string;
  readonly #links = new Set<Link>();
  #to = 0;

  private constructor(clientId: string) {
    this.#clientId = clientId;
    this.#server = createServer((inside) => this.#join(inside));
  }

  static open(clientId = 'streamnorm'): Promise<KafkaProxy> {
    const proxy = new KafkaProxy(clientId);
    return new Promise((resolve) => {
      proxy.#server.listen(0, '127.0.0.1', () => resolve(proxy));
    });
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** The broker's port. */
  set to(port: number) {
    this.#to = port;
  }

  count(kind: number): number {
    return this.requests.get(kind) ?? 0;
  }

  /** Cuts every connection of the client under test. */
  cut(): void {
    for (const link of this.#links) if (link.isWatched) link.cut();
  }

  /** Lets everything pass again, and forgets what was counted. */
  reset(): void {
    this.onRequest = null;
    this.onAnswer = null;
    this.requests.clear();
    this.fetched = 0;
  }

  close(): void {
    for (const link of this.#links) link.cut();
    this.#server.close();
  }

  #join(inside: Socket): void {
    const outside = connect(this.#to, '127.0.0.1');
    const link: Link = {
      inside,
      outside,
      isWatched: undefined,
      cut: () => {
        inside.resetAndDestroy();
        outside.destroy();
      },
    };
    this.#links.add(link);
    /** What each unanswered request was, by its correlation id. */
    const asked = new Map<number, { api: number; version: number; clientId: string }>();
    relay(inside, outside, async (bytes) => {
      const header = requestHeader(bytes);
      link.isWatched ??= header.clientId.startsWith(this.#clientId);
      if (!link.isWatched) return 'pass';
      asked.set(header.correlation, header);
      this.requests.set(header.api, this.count(header.api) + 1);
      return this.onRequest === null ? 'pass' : this.onRequest({ ...header, bytes, connection: link });
    });
    relay(outside, inside, async (bytes) => {
      if (!link.isWatched) return 'pass';
      const correlation = bytes.readInt32BE(4);
      const header = asked.get(correlation);
      asked.delete(correlation);
      if (header === undefined) return 'pass';
      if (header.api === api.fetch) this.fetched += bytes.length;
      return this.onAnswer === null ? 'pass' : this.onAnswer({ ...header, bytes, connection: link });
    });
    for (const [one, other] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      one.setNoDelay(true);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.#links.delete(link);
        other.destroy();
      });
    }
  }
}

/** Passes whole frames on, one after the other, as `judge` says; reads no faster than the other side takes. */
function relay(from: Socket, into: Socket, judge: (frame: Buffer) => Promise<Fate>): void {
  let pieces: Buffer[] = [];
  let size = 0;
  from.on('data', (piece: Buffer) => {
    pieces.push(piece);
    size += piece.length;
    if (size < 4) return;
    if (pieces.length > 1 && pieces[0]!.length < 4) pieces = [Buffer.concat(pieces)];
    if (size < 4 + pieces[0]!.readInt32BE(0)) return;
    const bytes = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
    from.pause();
    pass(bytes).then(
      (rest) => {
        pieces = rest.length > 0 ? [rest] : [];
        size = rest.length;
        from.resume();
      },
      (error: unknown) => from.destroy(error as Error),
    );
  });

  async function pass(bytes: Buffer): Promise<Buffer> {
    let at = 0;
    while (bytes.length - at >= 4) {
      const end = at + 4 + bytes.readInt32BE(at);
      if (end > bytes.length) break;
      const frame = bytes.subarray(at, end);
      at = end;
      const fate = await judge(frame);
      if (fate === 'cut') from.destroy();
      if (fate !== 'pass' || into.destroyed) continue;
      if (!into.write(frame))
        await new Promise<void>((resolve) => {
          const goOn = (): void => {
            into.off('drain', goOn).off('close', goOn);
            resolve();
          };
          into.on('drain', goOn).on('close', goOn);
        });
    }
    return bytes.subarray(at);
  }
}

function requestHeader(bytes: Buffer): { api: number; version: number; correlation: number; clientId: string } {
  const length = bytes.length >= 14 ? bytes.readInt16BE(12) : -1;
  return {
    api: bytes.readInt16BE(4),
    version: bytes.readInt16BE(6),
    correlation: bytes.readInt32BE(8),
    clientId: length > 0 ? bytes.toString('utf8', 14, 14 + length) : '',
  };
}
