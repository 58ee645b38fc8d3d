import type { Scorer } from './scorer.js';

/** A renormalization, as it is told: what the yardstick of a series was, what it is now, and why. */
export interface RenormalizationEvent {
  /** What changed; `'drift'` where the yardstick follows a change that was told before and goes on, within the epoch. */
  cause: 'level' | 'scale' | 'drift';
  direction: 'up' | 'down';
  /** The epoch that begins, or that goes on. */
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

/** What the scorer's last value did to the yardstick of its series, beyond what every value does. */
export function renormalizationEvent(scorer: Scorer): RenormalizationEvent | null {
  const happened = scorer.renormalization;
  if (happened === undefined) return null;
  const { cause } = happened;
  if (cause === 'none') return null;
  const { event, drift, oldCenter, oldScale, newCenter, newScale, size, delay } = happened;
  return {
    cause,
    direction: event + drift > 0 ? 'up' : 'down',
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
