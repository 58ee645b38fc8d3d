/** What all statistics share: being aimed at a state, and forgetting it. */
export abstract class StateView {
  abstract readonly stride: number;
  readonly growable: boolean = false;
  state: Float64Array;
  offset: number;

  constructor(state: Float64Array, offset: number) {
    this.state = state;
    this.offset = offset;
  }

  aim(state: Float64Array, offset: number): this {
    this.state = state;
    this.offset = offset;
    return this;
  }

  advance(_time: number): void {}

  abstract update(x: number, time?: number, weight?: number): void;

  updateMany(xs: Float64Array, start = 0, end = xs.length, times?: Float64Array): void {
    for (let i = start; i < end; i++) this.update(xs[i]!, times === undefined ? Number.NaN : times[i]!);
  }

  reset(): void {
    this.state.fill(0, this.offset, this.offset + this.stride);
  }

  /** Makes the state `length` doubles long, keeping what is there. For growable statistics. */
  protected grow(length: number): void {
    const longer = new Float64Array(this.offset + length);
    longer.set(this.state);
    this.state = longer;
  }
}
