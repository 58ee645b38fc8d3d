import type { Scorer } from './scorer.js';

/** A renormalization, as it is told: what the yardstick of a series was, what it is now, and why. */
export interface RenormalizationEvent {
  cause: 'level' | 'scale';
  direction: 'up' | 'down';
  /** The epoch that begins. */
  epoch: number;
  /** In the unit of the series: `value = normalized · scale + center`. */
  oldCenter: number;
  oldScale: number;
  newCenter: number;
  newScale: number;
  /** How far the level moved, in old scales, or the factor by which the scale changed; null where the method does not estimate it. */
  size: number | null;
  /** Values from the estimated change to the alarm, both included; null where the method does not estimate it. */
  delay: number | null;
  /** Which value of the series, counted from 0, was the first after the estimated change; null likewise. */
  changePoint: number | null;
}

/** What the scorer's last value did to its series, if it ended an epoch. */
export function renormalizationEvent(scorer: Scorer): RenormalizationEvent | null {
  const happened = scorer.renormalization;
  if (happened === undefined || happened.event === 0) return null;
  const { event, oldCenter, oldScale, newCenter, newScale, size, delay } = happened;
  return {
    cause: event === 1 || event === -1 ? 'level' : 'scale',
    direction: event > 0 ? 'up' : 'down',
    epoch: scorer.normalizer.epoch,
    oldCenter,
    oldScale,
    newCenter,
    newScale,
    size: Number.isNaN(size) ? null : size,
    delay: Number.isNaN(delay) ? null : delay,
    // The count is still that of before the value: the place of the value itself.
    changePoint: Number.isNaN(delay) ? null : Math.max(scorer.count - delay + 1, 0),
  };
}
