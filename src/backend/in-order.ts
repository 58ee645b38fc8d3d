/**
 * Lets at most `limit` jobs run at a time and settles them in the order in which they came; a job beyond waits for its turn, in that order.
 * What a job is to do runs up to its first `await` before the next job starts.
 */
export class InOrder {
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Jobs that run now. */
  get running(): number {
    return this.#running;
  }

  run<T>(job: () => Promise<T>): Promise<T> {
    const before = this.#last;
    const started = this.#enter().then(job);
    const settled = (async () => {
      try {
        const result = await started;
        await before;
        return result;
      } catch (error) {
        await before;
        throw error;
      } finally {
        this.#leave();
      }
    })();
    this.#last = settled.then(ignore, ignore); // its caller hears of the failure
    return settled;
  }

  /** Resolves when every job so far has settled. */
  async idle(): Promise<void> {
    await this.#last;
  }

  #enter(): Promise<void> {
    if (this.#running < this.#limit) {
      this.#running++;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** A place goes from hand to hand, so that nobody who comes late slips in between. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running--;
    else next();
  }
}

function ignore(): void {}
