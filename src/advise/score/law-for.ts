import type { ResolvedField } from '../../normalize/resolve-field.js';
import { normalQuantile } from '../../stats/normal-quantile.js';
import { BellLaw } from './bell-law.js';
import type { OutputLaw } from './output-law.js';
import { RangeLaw } from './range-law.js';

/** Whether a method's scores are meant to look like N(0, 1), or to fill a range. */
function isBellShaped({ method, options }: ResolvedField): boolean {
  return !(
    method === 'min-max' ||
    method === 'max-abs' ||
    (method === 'quantile' && options.distribution === 'uniform')
  );
}

/** Standard deviations of normal data that a score of 1 stands for. */
export function unitOf({ method, options }: ResolvedField): number {
  if (method !== 'robust' || options.unitVariance) return 1;
  if (options.spread === 'mad') return normalQuantile(0.75);
  return normalQuantile(options.quantiles[1]) - normalQuantile(options.quantiles[0]);
}

/** The law of a method's scores, before anything was learnt. */
export function lawFor(field: ResolvedField): OutputLaw {
  if (isBellShaped(field)) return new BellLaw(unitOf(field));
  return new RangeLaw(field.method === 'min-max' ? field.options.range : field.method === 'max-abs' ? [-1, 1] : [0, 1]);
}
