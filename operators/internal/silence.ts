/** Which series have fallen silent, as far as the event time of the others tells. O(1) a value, but for those that fall silent. */
export class Silence {
  readonly #after: number;
  /** When each series that is not silent was last heard of: the longest silent first. */
  readonly #heard = new Map<string, number>();
  readonly #silent = new Set<string>();
  #now = Number.NEGATIVE_INFINITY;

  /** @param after in ms */
  constructor(after: number) {
    this.#after = after;
  }

  /** A value of the series came; true when it had fallen silent. */
  hear(key: string, time: number): boolean {
    if (time > this.#now) this.#now = time;
    this.#heard.delete(key);
    // A late value is a sign of life now.
    this.#heard.set(key, this.#now);
    return this.#silent.delete(key);
  }

  /** The series that have become silent by `time`, told once. */
  fallenSilent(time: number): string[] {
    if (time > this.#now) this.#now = time;
    const fallen: string[] = [];
    for (const [key, heard] of this.#heard) {
      if (!(heard < this.#now - this.#after)) break;
      this.#heard.delete(key);
      this.#silent.add(key);
      fallen.push(key);
    }
    return fallen;
  }
}
