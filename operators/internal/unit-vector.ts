import { type Norm, unitNorm } from '../../src/normalize/unit-norm.js';

/** The fields of one record that are normalized together, as one vector for each norm. */
export class UnitVector {
  readonly #parts: { name: string; x: number; norm: Norm }[] = [];

  get isEmpty(): boolean {
    return this.#parts.length === 0;
  }

  clear(): void {
    if (!this.isEmpty) this.#parts.length = 0;
  }

  add(name: string, value: unknown, norm: Norm): void {
    this.#parts.push({ name, x: typeof value === 'number' ? value : Number.NaN, norm });
  }

  /** Writes each component of each vector, at length 1, under its name. */
  writeTo(normalized: Record<string, unknown>): void {
    for (const norm of ['l1', 'l2', 'max'] as const) {
      const parts = this.#parts.filter((part) => part.norm === norm);
      const components = unitComponents(
        parts.map(({ x }) => x),
        norm,
      );
      parts.forEach(({ name }, i) => {
        normalized[name] = components[i];
      });
    }
  }
}

/** `values` at length 1; null where a component is missing. */
export function unitComponents(values: ArrayLike<unknown>, norm: Norm): (number | null)[] {
  const xs = Float64Array.from(values, (value) => (typeof value === 'number' ? value : Number.NaN));
  unitNorm(xs, norm);
  return Array.from(xs, (x) => (Number.isNaN(x) ? null : x));
}
