import type { SeriesDetail, SeriesPage, SeriesQuery, SeriesView } from './series-view.js';

/** What the keeper of a worker asks its view, and what comes back: plain JSON. */
export type ViewQuestion = { readonly ask: number } & (
  | { readonly find: SeriesQuery }
  | { readonly read: string; readonly from: number }
);
export interface ViewAnswer {
  readonly ask: number;
  readonly page?: SeriesPage;
  /** null: there is no such series. */
  readonly detail?: SeriesDetail | null;
}

/** ms that a process is waited for: one that restores or is stuck must not keep a page waiting. */
const PATIENCE = 1_000;
/** Questions to one process that may wait for their answers. */
const MOST_WAITING = 32;

export function isViewQuestion(message: unknown): message is ViewQuestion {
  return typeof message === 'object' && message !== null && ('find' in message || 'read' in message);
}

/** Answers a question of another process. */
export async function answerViewQuestion(view: SeriesView, question: ViewQuestion): Promise<ViewAnswer> {
  const { ask } = question;
  if ('find' in question) return { ask, page: await view.find(question.find) };
  return { ask, detail: (await view.read(question.read, question.from)) ?? null };
}

/** The view of a pipeline in another process. Its answers may be undefined: it is busy, or has gone. */
export class RemoteView {
  readonly #send: (question: ViewQuestion) => void;
  readonly #waiting = new Map<number, (answer: ViewAnswer | undefined) => void>();
  #asked = 0;

  constructor(send: (question: ViewQuestion) => void) {
    this.#send = send;
  }

  /** An answer has come. */
  answered(answer: ViewAnswer): void {
    this.#waiting.get(answer.ask)?.(answer);
  }

  async find(query: SeriesQuery): Promise<SeriesPage | undefined> {
    return (await this.#ask((ask) => ({ ask, find: query })))?.page;
  }

  async read(id: string, from: number): Promise<SeriesDetail | undefined> {
    return (await this.#ask((ask) => ({ ask, read: id, from })))?.detail ?? undefined;
  }

  #ask(question: (ask: number) => ViewQuestion): Promise<ViewAnswer | undefined> {
    if (this.#waiting.size >= MOST_WAITING) return Promise.resolve(undefined);
    const ask = ++this.#asked;
    return new Promise((resolve) => {
      const settle = (answer: ViewAnswer | undefined) => {
        clearTimeout(timer);
        this.#waiting.delete(ask);
        resolve(answer);
      };
      const timer = setTimeout(settle, PATIENCE, undefined);
      timer.unref();
      this.#waiting.set(ask, settle);
      this.#send(question(ask));
    });
  }
}
