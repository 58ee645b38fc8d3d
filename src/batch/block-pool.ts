/** Blocks that are kept for the next batches; more are left to the garbage collector. */
const KEPT = 8;

/** Arrays of doubles that go round: taken for a batch, given back when nobody reads it any more. */
export class BlockPool {
  readonly #blocks: Float64Array[] = [];

  /** An array of at least `length` doubles, of no particular content. */
  take(length: number): Float64Array {
    for (let i = this.#blocks.length - 1; i >= 0; i--)
      if (this.#blocks[i]!.length >= length) return this.#blocks.splice(i, 1)[0]!;
    return new Float64Array(length);
  }

  give(block: Float64Array): void {
    this.#blocks.push(block);
    if (this.#blocks.length <= KEPT) return;
    // The smallest goes: what fits is what counts.
    let smallest = 0;
    for (let i = 1; i < this.#blocks.length; i++)
      if (this.#blocks[i]!.length < this.#blocks[smallest]!.length) smallest = i;
    this.#blocks.splice(smallest, 1);
  }
}
