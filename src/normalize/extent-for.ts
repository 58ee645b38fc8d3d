import { DecayedExtent } from '../stats/decayed-extent.js';
import { Extent } from '../stats/extent.js';
import type { ExtentStatistic } from '../stats/statistic.js';
import { TimeDecayedExtent } from '../stats/time-decayed-extent.js';
import { TimeWindowExtent } from '../stats/time-window-extent.js';
import { WindowExtent } from '../stats/window-extent.js';
import type { ResolvedMemory } from './memory.js';

/** The statistic of smallest and largest that weighs the past as `memory` says. */
export function extentFor(memory: ResolvedMemory): ExtentStatistic {
  switch (memory.kind) {
    case 'all':
      return new Extent();
    case 'half-life':
      return new DecayedExtent({ halfLife: memory.samples });
    case 'half-life-time':
      return new TimeDecayedExtent({ halfLife: memory.duration });
    case 'window':
      return new WindowExtent({ length: memory.length });
    case 'window-time':
      return new TimeWindowExtent({ duration: memory.duration, allowedLateness: memory.allowedLateness });
  }
}
