import type { Sample } from './metric-snapshot.js';
import { sampleKey } from './sample-key.js';

/** Label values are cut here: what comes from outside must not fill a page. */
const LONGEST_LABEL = 200;

/** What all label values above the limit are counted under. */
const OVERFLOW = 'other';

const cut = (value: string | number) => String(value).slice(0, LONGEST_LABEL);

interface Sampled {
  sample(labels: readonly string[]): Sample;
}

/**
 * A metric with labels: one child for each combination of label values.
 *
 * `labels` looks a child up, and makes it; keep what it answers where things are counted often. There are at most `limit` children: all
 * further combinations share one whose labels are all `other`, so that no input can make metrics grow without end.
 */
export class Labelled<Child extends Sampled, Names extends readonly string[] = readonly string[]> {
  readonly #children = new Map<string, { labels: readonly string[]; child: Child }>();
  readonly #names: Names;
  readonly #make: () => Child;
  readonly #limit: number;

  constructor(names: Names, make: () => Child, limit: number) {
    this.#names = names;
    this.#make = make;
    this.#limit = limit;
  }

  /** The child of these label values, one for each label name in their order. */
  labels(...values: { [I in keyof Names]: string | number }): Child {
    const labels = values.map(cut);
    const known = this.#children.get(sampleKey(labels));
    if (known !== undefined) return known.child;
    return this.#children.size < this.#limit ? this.#add(labels) : this.#overflow();
  }

  /** Takes a child away, as when a partition has gone. What the caller still counts on it is shown no more. */
  remove(...values: { [I in keyof Names]: string | number }): void {
    this.#children.delete(sampleKey(values.map(cut)));
  }

  /** @internal */
  samples(): Sample[] {
    return [...this.#children.values()].map(({ labels, child }) => child.sample(labels));
  }

  #overflow(): Child {
    const labels = this.#names.map(() => OVERFLOW);
    return this.#children.get(sampleKey(labels))?.child ?? this.#add(labels);
  }

  #add(labels: readonly string[]): Child {
    const child = this.#make();
    this.#children.set(sampleKey(labels), { labels, child });
    return child;
  }
}
