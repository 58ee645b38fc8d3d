import { EngineError } from '../../errors.js';

/** A running service could not be reached, or did not answer as one. */
class ServiceClientError extends EngineError {
  readonly code = 'SERVICE_CLIENT';
}

/** ms in which a plain answer must have come. */
const PATIENCE = 10_000;

/** Reads the HTTP API of a running service. */
export class ServiceClient {
  readonly #url: URL;

  constructor(url: URL) {
    this.#url = url;
  }

  /** @throws ServiceClientError */
  async get<T>(path: string, query: Readonly<Record<string, string>> = {}): Promise<T> {
    const response = await this.#fetch(path, query, AbortSignal.timeout(PATIENCE));
    return (await response.json()) as T;
  }

  /** Server-sent events as they come, until `signal`. @throws ServiceClientError when the stream cannot be opened or breaks */
  async *events(
    path: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): AsyncGenerator<{ event: string; data: unknown }> {
    const response = await this.#fetch(path, query, signal);
    const decoder = new TextDecoder();
    let text = '';
    try {
      for await (const bytes of response.body ?? []) {
        text += decoder.decode(bytes as Uint8Array, { stream: true });
        const parts = text.split('\n\n');
        text = parts.pop()!;
        for (const part of parts) {
          const match = /^event: (\w+)\ndata: (.*)$/.exec(part);
          if (match !== null) yield { event: match[1]!, data: JSON.parse(match[2]!) };
        }
      }
    } catch (cause) {
      if (signal.aborted) return;
      throw new ServiceClientError(`${this.#url.origin} went away: ${reasonOf(cause)}`, { cause });
    }
    if (!signal.aborted) throw new ServiceClientError(`${this.#url.origin} went away`);
  }

  async #fetch(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Response> {
    const url = new URL(path, this.#url);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const response = await fetch(url, { signal }).catch((cause: unknown) => {
      if (signal.aborted && signal.reason?.name !== 'TimeoutError') throw cause;
      throw new ServiceClientError(
        `no service answers at ${this.#url.origin} (${reasonOf(cause)}); a run serves one with http: { port: … }, and --url says where`,
        { cause },
      );
    });
    if (response.ok) return response;
    const said = (await response.text()).trim().split('\n', 1)[0]!.slice(0, 200);
    throw new ServiceClientError(`${url.origin}${url.pathname} answered ${response.status}: ${said}`);
  }
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: { code?: string } };
  return cause?.code ?? message;
}
