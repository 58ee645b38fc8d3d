/** A partition whose state is being read. */
export interface RestoreFlow {
  readonly partition: number;
  readonly process: number;
  readonly broker: number;
  /** Bytes still to be read. */
  left: number;
}

export interface RestoreRates {
  /** Bytes a second that a process takes in. */
  readonly process: number;
  /** Bytes a second that a broker gives out for it. */
  readonly broker: number;
}

/** Restores that end within so many ms of each other end together. */
const GRAIN = 10;

/**
 * Restores that share what their process can take in and what their broker can give out: each has the smaller of the two even shares
 * until the next one ends. Times are in ms, and good to 10 ms.
 */
export class RestoreFlows {
  readonly #rates: RestoreRates;
  #flows: RestoreFlow[] = [];
  #now = 0;

  constructor(rates: RestoreRates) {
    this.#rates = rates;
  }

  get count(): number {
    return this.#flows.length;
  }

  add(flow: RestoreFlow): void {
    this.#flows.push(flow);
  }

  /** Gives a restore up: its partition has gone elsewhere. */
  drop(partition: number): void {
    this.#flows = this.#flows.filter((flow) => flow.partition !== partition);
  }

  /** Lets time pass until `until`, and tells of every restore that ends by then. */
  advance(until: number, ended: (flow: RestoreFlow, at: number) => void): void {
    while (this.#flows.length > 0 && this.#now < until) {
      const rates = this.#shares();
      let step = Number.POSITIVE_INFINITY;
      this.#flows.forEach(({ left }, i) => {
        step = Math.min(step, left / rates[i]!);
      });
      step = Math.min(Math.max(step, GRAIN), until - this.#now);
      const kept: RestoreFlow[] = [];
      this.#flows.forEach((flow, i) => {
        const needed = flow.left / rates[i]!;
        flow.left -= rates[i]! * step;
        if (needed > step) kept.push(flow);
        else ended(flow, this.#now + needed);
      });
      this.#flows = kept;
      this.#now += step;
    }
    if (until !== Number.POSITIVE_INFINITY) this.#now = Math.max(this.#now, until);
  }

  /** Bytes a ms of each flow. */
  #shares(): Float64Array {
    const ofProcess: number[] = [];
    const ofBroker: number[] = [];
    for (const { process, broker } of this.#flows) {
      ofProcess[process] = (ofProcess[process] ?? 0) + 1;
      ofBroker[broker] = (ofBroker[broker] ?? 0) + 1;
    }
    return Float64Array.from(
      this.#flows,
      ({ process, broker }) =>
        Math.min(this.#rates.process / ofProcess[process]!, this.#rates.broker / ofBroker[broker]!) / 1000,
    );
  }
}
