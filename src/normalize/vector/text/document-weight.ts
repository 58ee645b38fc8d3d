import type { ResolvedMemory } from '../../memory.js';

/** Doubles: documents learnt, weight of all of them, exponent that weights are taken from, the newest, the first event time. */
export const DOCUMENT_WEIGHT_STRIDE = 5;
const DOCUMENTS = 0;
const WEIGHT = 1;
const BASE = 2;
const NEWEST = 3;
const FIRST = 4;
/** Exponents beyond this are taken from a new base, by a power of two, which costs no digit. */
const STEP = 512;

/**
 * What documents weigh whose counts fade: the k-th weighs 2^(k / halfLife), or 2^(t / halfLife) of its event time, and a count as it is now
 * is one divided by the newest's weight. So nothing has to be multiplied as documents come, and one that comes late weighs what it should
 * whatever the order. Forgetting nothing, every document weighs 1.
 *
 * The owner's counts are in the unit of `next`; `begin` tells by how much they must be multiplied where a new base was taken.
 */
export class DocumentWeight {
  readonly #memory: ResolvedMemory;
  #state: Float64Array = new Float64Array(DOCUMENT_WEIGHT_STRIDE);
  #offset = 0;
  /** What the document at hand adds to a count. */
  next = 1;
  /** Turns a count into one of documents as weighty as the newest learnt. */
  now = 1;

  constructor(memory: ResolvedMemory) {
    this.#memory = memory;
  }

  aim(state: Float64Array, offset: number): void {
    this.#state = state;
    this.#offset = offset;
    this.now = this.#memory.kind === 'all' ? 1 : 2 ** -(state[offset + NEWEST]! - state[offset + BASE]!);
  }

  /** Documents learnt, however little they weigh. */
  get documents(): number {
    return this.#state[this.#offset + DOCUMENTS]!;
  }
  /** Σ of their weights, the newest weighing 1. */
  get total(): number {
    return this.#state[this.#offset + WEIGHT]! * this.now;
  }

  /**
   * Finds what a document weighs that is to be learnt.
   * @param rescale multiplies every count of the owner
   * @returns false where it needs a time and has none
   */
  begin(time: number, rescale: (factor: number) => void): boolean {
    const memory = this.#memory;
    const state = this.#state;
    const at = this.#offset;
    if (memory.kind === 'all') return true;
    let exponent: number;
    if (memory.kind === 'half-life') exponent = (state[at + DOCUMENTS]! + 1) / memory.samples;
    else if (memory.kind === 'half-life-time') {
      if (!Number.isFinite(time)) return false;
      if (state[at + DOCUMENTS] === 0) state[at + FIRST] = time;
      exponent = (time - state[at + FIRST]!) / memory.duration;
    } else throw new TypeError(`documents have no memory ${memory.kind}`);
    const steps = Math.floor((exponent - state[at + BASE]!) / STEP);
    if (steps > 0) {
      const factor = 2 ** (-STEP * Math.min(steps, 4)); // 0 from the third on
      state[at + BASE]! += STEP * steps;
      state[at + WEIGHT]! *= factor;
      rescale(factor);
    }
    if (state[at + DOCUMENTS] === 0 || exponent > state[at + NEWEST]!) state[at + NEWEST] = exponent;
    this.next = 2 ** (exponent - state[at + BASE]!);
    return true;
  }

  /** Takes the document for learnt. */
  end(): void {
    const state = this.#state;
    const at = this.#offset;
    state[at + DOCUMENTS]!++;
    state[at + WEIGHT]! += this.next;
    this.aim(state, at);
  }
}
