/**
 * How one domain's vectors become another's. What is known of a domain is `stride` doubles, whichever side it stands on; zeros are a domain
 * of which nothing is known. Vectors are of finite numbers.
 */
export interface DomainMap {
  readonly stride: number;
  readonly fingerprint: unknown;
  /** Observations of the domain that is aimed at. */
  readonly count: number;
  /** Turns to the domain to learn of. */
  aim(state: Float64Array, offset: number): void;
  learn(x: Float64Array): void;
  /** Turns to the two domains to map between. */
  between(from: Float64Array, fromAt: number, to: Float64Array, toAt: number): void;
  /** What `x`, of the one domain, is in the other. */
  map(x: Float64Array, out: Float64Array): void;
  /** What `map` takes to `y`. */
  unmap(y: Float64Array, out: Float64Array): void;
}
