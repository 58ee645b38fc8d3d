/** What becomes of what a method has learnt when a detector ends the epoch. `over`: values that a transition takes. */
export type RenormalizationPolicy =
  | { kind: 'reset' }
  | { kind: 'shrink' }
  | { kind: 'shadow' }
  | { kind: 'blend'; over: number };
