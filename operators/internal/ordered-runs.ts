/**
 * Runs that overlap and answer in the order in which they were begun; at once while nothing is under way.
 *
 * Runs of one phase (training, frozen) overlap; one of another phase begins when all before it are done, because it reads what they learn.
 */
export class OrderedRuns {
  /** Resolves when every run begun so far is done, well or not; undefined while none is under way. */
  #last: Promise<void> | undefined;
  /** What the runs of the present phase have to wait for. */
  #gate: Promise<void> | undefined;
  #phase: unknown;

  run<R>(phase: unknown, begin: () => R | Promise<R>): R | Promise<R> {
    if (phase !== this.#phase) this.#gate = this.#last;
    this.#phase = phase;
    const last = this.#last;
    const gate = last && this.#gate;
    const outcome = gate ? gate.then(begin) : begin();
    if (last === undefined && !(outcome instanceof Promise)) return outcome;
    const result = Promise.all([outcome, last]).then(([value]) => value);
    const done: Promise<void> = result.then(
      () => this.#end(done),
      () => this.#end(done),
    );
    this.#last = done;
    return result;
  }

  #end(run: Promise<void>): void {
    if (this.#last === run) this.#last = this.#gate = undefined;
  }
}
