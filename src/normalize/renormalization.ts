import type { EpochEvent } from '../drift/epoch-event.js';

/** What the value last learnt did to the yardstick of its series. Reused: copy what is to be kept. */
export class Renormalization {
  /** A new epoch: the level rose (1) or fell (-1), the scale grew (2) or shrank (-2); 0: none. */
  event: EpochEvent = 0;
  /** The yardstick followed a change that goes on, up (1) or down (-1), within the epoch; 0: it did not. */
  drift: -1 | 0 | 1 = 0;
  /** The yardstick that the value was scored with, and the one that holds after it, in the unit of the series. */
  oldCenter = Number.NaN;
  oldScale = Number.NaN;
  newCenter = Number.NaN;
  newScale = Number.NaN;
  /** Values since the estimated change, the value itself included; NaN where the method does not estimate it. */
  delay = Number.NaN;
  /** How far the level moved, in old scales, or the factor by which the scale changed, as the detector estimates it; NaN without one. */
  size = Number.NaN;

  get cause(): 'none' | 'level' | 'scale' | 'drift' {
    if (this.event === 0) return this.drift === 0 ? 'none' : 'drift';
    return this.event === 1 || this.event === -1 ? 'level' : 'scale';
  }

  clear(): void {
    if (this.event === 0 && this.drift === 0) return;
    this.event = 0;
    this.drift = 0;
    this.oldCenter = this.oldScale = this.newCenter = this.newScale = this.delay = this.size = Number.NaN;
  }
}
