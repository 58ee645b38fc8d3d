/** Share of all weight dealt out anew with every value. */
const SHARE = 0.003;
const DEALT = SHARE / 16;
const OPENING = 0.03125;
/** The slow center, the long scale, the normal tail: what is right when the series is just noise. */
const FAVOURITE = 14;

/**
 * What each of the sixteen experts is believed: eight pairs of center and scale, each with a normal and a heavy tail.
 *
 * State: 16 doubles at `at`, normal and heavy in turn, summing to 1. Bayes' rule, then fixed share (Herbster & Warmuth 1998): every
 * expert keeps a little weight, so that the best one of the moment is found within some values however long it was wrong.
 */
export class ExpertWeights {
  open(state: Float64Array, at: number): void {
    state.fill(OPENING, at, at + 16);
    state[at + FAVOURITE] = 0.5 + OPENING;
  }

  /**
   * @param likelihoods weight times density of each expert at the value, all in one unit
   * @param total their sum
   * @param floor density, in the same unit, that a value which nobody expects has for everybody: then nobody's weight changes much
   */
  learn(state: Float64Array, at: number, likelihoods: Float64Array, total: number, floor: number): void {
    const norm = (1 - SHARE) / (total + floor);
    // Two a turn: half as often the loop itself, which costs as much as one.
    for (let k = 0; k < 16; k += 2) {
      state[at + k] = (likelihoods[k]! + floor * state[at + k]!) * norm + DEALT;
      state[at + k + 1] = (likelihoods[k + 1]! + floor * state[at + k + 1]!) * norm + DEALT;
    }
  }
}
