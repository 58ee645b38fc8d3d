import { parseTime } from '../../src/codec/parse-time.js';
import type { EventTime } from './scoring-options.js';

/** Epoch ms; NaN for what is no time. */
export function toEpochMs(time: EventTime): number {
  return typeof time === 'number' ? time : time instanceof Date ? time.getTime() : parseTime(time);
}
