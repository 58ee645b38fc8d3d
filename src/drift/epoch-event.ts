/** What a value gave away about its regime: 0 nothing, 1 the level rose, -1 it fell, 2 the scale grew, -2 it shrank. */
export type EpochEvent = -2 | -1 | 0 | 1 | 2;
