import type { Happening } from './series-view.js';

/** Keeps the latest of what happened, numbered, for those who ask later. */
export class HappeningLog {
  readonly #kept: Happening[] = [];
  readonly #most: number;
  #number = 0;

  constructor(most: number) {
    this.#most = most;
  }

  note(happening: Omit<Happening, 'number'>): Happening {
    const numbered = { ...happening, number: ++this.#number };
    this.#kept.push(numbered);
    if (this.#kept.length > this.#most) this.#kept.shift();
    return numbered;
  }

  /** What happened after number `after`, oldest first, at most the last `limit` of it. */
  after(after: number, limit: number): readonly Happening[] {
    return limit <= 0 ? [] : this.#kept.filter(({ number }) => number > after).slice(-limit);
  }
}
