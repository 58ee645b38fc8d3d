interface Shared {
  readonly at: number;
  readonly text: Promise<string>;
}

/** Answers that are kept at a time. */
const MOST = 64;

/** Works an answer out once for all who ask for the same within a short time: ten pages cost what one costs. */
export class SharedAnswers {
  readonly #answers = new Map<string, Shared>();
  readonly #fresh: number;

  /** @param fresh ms for which an answer is given again */
  constructor(fresh: number) {
    this.#fresh = fresh;
  }

  /** The answer to a question as JSON: one of a short time ago, or a new one. */
  ask(question: string, answer: () => unknown): Promise<string> {
    const now = performance.now();
    const known = this.#answers.get(question);
    if (known !== undefined && now - known.at < this.#fresh) return known.text;
    const text = (async () => JSON.stringify(await answer()))();
    const shared = { at: now, text };
    this.#answers.delete(question);
    this.#answers.set(question, shared);
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= MOST) break;
      this.#answers.delete(oldest);
    }
    // A fault is not given again.
    text.catch(() => {
      if (this.#answers.get(question) === shared) this.#answers.delete(question);
    });
    return text;
  }
}
