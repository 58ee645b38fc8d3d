import { DecayedMoments } from '../stats/decayed-moments.js';
import { Moments } from '../stats/moments.js';
import type { MomentsStatistic } from '../stats/statistic.js';
import { TimeDecayedMoments } from '../stats/time-decayed-moments.js';
import { TimeWindowMoments } from '../stats/time-window-moments.js';
import { WindowMoments } from '../stats/window-moments.js';
import type { ResolvedMemory } from './memory.js';

/** The statistic of center and spread that weighs the past as `memory` says. */
export function momentsFor(memory: ResolvedMemory): MomentsStatistic {
  switch (memory.kind) {
    case 'all':
      return new Moments();
    case 'half-life':
      return new DecayedMoments({ halfLife: memory.samples });
    case 'half-life-time':
      return new TimeDecayedMoments({ halfLife: memory.duration });
    case 'window':
      return new WindowMoments({ length: memory.length });
    case 'window-time':
      return new TimeWindowMoments({ duration: memory.duration, allowedLateness: memory.allowedLateness });
  }
}
