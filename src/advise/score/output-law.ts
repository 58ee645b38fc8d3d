/**
 * What the scores of a method are distributed like, learnt along the way: the law that the next value is scored under.
 *
 * `cell` first, `learn` after. Probabilities of cells and not densities, so that rounded values and ties have a finite score.
 */
export interface OutputLaw {
  /** Chance that the next score lies in [low, high]. */
  cell(low: number, high: number): number;
  /** Learns the cell last asked for. */
  learn(): void;
  /** Chance of a score below z under the law that the method promises, before anything is learnt. */
  promised(z: number): number;
}
