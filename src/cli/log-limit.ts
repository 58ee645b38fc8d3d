/** Lets each message through so often in a span of time, and says afterwards how often it was kept back. */
export class LogLimit {
  readonly #most: number;
  readonly #span: number;
  readonly #tell: (message: string, suppressed: number) => void;
  readonly #spans = new Map<string, { began: number; said: number; suppressed: number }>();

  /** @param span in ms */
  constructor(most: number, span: number, tell: (message: string, suppressed: number) => void) {
    this.#most = most;
    this.#span = span;
    this.#tell = tell;
  }

  /** @param now in ms, of a clock that does not go back */
  allows(message: string, now: number): boolean {
    for (const [name, { began, suppressed }] of this.#spans)
      if (now - began >= this.#span) {
        this.#spans.delete(name);
        if (suppressed > 0) this.#tell(name, suppressed);
      }
    const span = this.#spans.get(message);
    if (span === undefined) {
      this.#spans.set(message, { began: now, said: 1, suppressed: 0 });
      return true;
    }
    if (span.said < this.#most) {
      span.said++;
      return true;
    }
    span.suppressed++;
    return false;
  }
}
