/**
 * Weights by term, in the order in which they were added, each term once; used again for each document. A `Map` would make its table anew
 * whenever it is emptied, and that several times over as it grows, which takes longer than all else that is done for a text.
 */
export class NamedWeights implements Iterable<readonly [term: string, weight: number]> {
  readonly #terms: string[] = [];
  #weights = new Float64Array(64);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  clear(): void {
    this.#size = 0;
  }

  add(term: string, weight: number): void {
    const place = this.#size++;
    if (place === this.#weights.length) {
      const longer = new Float64Array(2 * place);
      longer.set(this.#weights);
      this.#weights = longer;
    }
    this.#terms[place] = term;
    this.#weights[place] = weight;
  }

  *[Symbol.iterator](): Generator<readonly [term: string, weight: number]> {
    for (let place = 0; place < this.#size; place++) yield [this.#terms[place]!, this.#weights[place]!];
  }
}
