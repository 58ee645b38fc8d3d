import { DecayedQuantileSketch } from '../stats/decayed-quantile-sketch.js';
import { QuantileSketch } from '../stats/quantile-sketch.js';
import type { QuantileStatistic } from '../stats/statistic.js';
import { TimeDecayedQuantileSketch } from '../stats/time-decayed-quantile-sketch.js';
import { TimeWindowQuantiles } from '../stats/time-window-quantiles.js';
import { WindowQuantiles } from '../stats/window-quantiles.js';
import type { ResolvedMemory } from './memory.js';

/** The statistic of order that weighs the past as `memory` says: exact for windows, a sketch elsewhere. */
export function quantilesFor(memory: ResolvedMemory): QuantileStatistic {
  switch (memory.kind) {
    case 'all':
      return new QuantileSketch();
    case 'half-life':
      return new DecayedQuantileSketch({ halfLife: memory.samples });
    case 'half-life-time':
      return new TimeDecayedQuantileSketch({ halfLife: memory.duration });
    case 'window':
      return new WindowQuantiles({ length: memory.length });
    case 'window-time':
      return new TimeWindowQuantiles({ duration: memory.duration, allowedLateness: memory.allowedLateness });
  }
}
