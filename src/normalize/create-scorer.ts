import { createDetector } from '../drift/create-detector.js';
import { AdaptiveNormalizer } from './adaptive-normalizer.js';
import { extentFor } from './extent-for.js';
import { GroupedNormalizer } from './grouped-normalizer.js';
import { InnovationNormalizer } from './innovation-normalizer.js';
import { MaxAbsNormalizer } from './max-abs-normalizer.js';
import { MinMaxNormalizer } from './min-max-normalizer.js';
import { momentsFor } from './moments-for.js';
import type { Normalizer } from './normalizer.js';
import { PowerNormalizer } from './power-normalizer.js';
import { QuantileNormalizer } from './quantile-normalizer.js';
import { quantilesFor } from './quantiles-for.js';
import { RenormalizingNormalizer } from './renormalizing-normalizer.js';
import type { ResolvedField } from './resolve-field.js';
import { RobustNormalizer } from './robust-normalizer.js';
import { Scorer, type ScoringCounters } from './scorer.js';
import { ZScoreNormalizer } from './z-score-normalizer.js';

/** The scorer of a field: its method over its memory, under its rules. Not for `unit-norm` and `none`, which keep no state, nor for `batch`. */
export function createScorer(field: ResolvedField, counters: ScoringCounters): Scorer {
  const { drift } = field;
  const normalizer = drift
    ? new RenormalizingNormalizer(() => createNormalizer(field), createDetector(drift.detector), drift.policy)
    : createNormalizer(field);
  return new Scorer(normalizer, field.rules, counters);
}

function createNormalizer({ method, memory, options, whenFlat, grouped }: ResolvedField): Normalizer {
  switch (method) {
    case 'z-score':
      if (grouped) return new GroupedNormalizer(momentsFor(memory), { ddof: options.ddof, whenFlat });
      return new ZScoreNormalizer(momentsFor(memory), { ddof: options.ddof, whenFlat });
    case 'min-max':
      return new MinMaxNormalizer(extentFor(memory), { range: options.range, whenFlat });
    case 'max-abs':
      return new MaxAbsNormalizer(extentFor(memory), { whenFlat });
    case 'robust':
      return new RobustNormalizer(quantilesFor(memory), { ...options, whenFlat });
    case 'quantile':
      return new QuantileNormalizer(quantilesFor(memory), { distribution: options.distribution });
    case 'power':
      return new PowerNormalizer(quantilesFor(memory), { family: options.family, whenFlat });
    case 'adaptive':
      return new AdaptiveNormalizer();
    case 'innovation':
      return new InnovationNormalizer();
    case 'unit-norm':
    case 'batch':
    case 'none':
      throw new TypeError(`${method} has no scorer`);
  }
}
