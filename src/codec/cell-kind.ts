/** What a decoder found where a field should be. */
export const CellKind = {
  /** A number; its value stands in the column, ±Infinity where the text is beyond a double. */
  number: 0,
  /** null, an empty cell, or a word for a missing value. */
  missing: 1,
  /** The record has no such field. */
  absent: 2,
  /** Text that is no number. */
  text: 3,
  /** JSON only: true, false, an array or an object. */
  other: 4,
} as const;

export type CellKind = (typeof CellKind)[keyof typeof CellKind];
