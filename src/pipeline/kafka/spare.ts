/** Things that cost something to make, kept to be used again: at most `most` of them. */
export class Spare<T> {
  readonly #make: () => T;
  readonly #reset: (thing: T) => void;
  readonly #most: number;
  readonly #things: T[] = [];

  constructor(make: () => T, reset: (thing: T) => void, most: number) {
    this.#make = make;
    this.#reset = reset;
    this.#most = most;
  }

  take(): T {
    return this.#things.pop() ?? this.#make();
  }

  give(thing: T): void {
    if (this.#things.length === this.#most) return;
    this.#reset(thing);
    this.#things.push(thing);
  }
}
