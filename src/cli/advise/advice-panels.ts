import type { FieldAdvice } from '../../advise/advise.js';
import { describeOptions } from '../../advise/candidates.js';
import type { FieldSample } from '../../advise/sample.js';
import { scoredSample } from './plot-sample.js';
import type { SvgPanel } from './svg.js';

/** A field as two panels: values with center ± 2 scales behind them, and what they become. */
export function advicePanels({ field, options }: FieldAdvice, sample: FieldSample): SvgPanel[] {
  const { series, scores } = scoredSample(options, sample);
  const name = series.key === '' ? field : `${field} of ${series.key}`;
  const bound = (k: number) => scores.centers.map((center, i) => center + k * scores.scales[i]!);
  const isBell =
    options.method !== 'none' &&
    options.method !== 'sin-cos' &&
    options.method !== 'min-max' &&
    options.method !== 'max-abs';
  return [
    {
      title: name,
      values: series.values,
      ...(isBell && { band: { low: bound(-2), high: bound(2) } }),
      marks: scores.renormalizations,
    },
    { title: `${name}: ${describeOptions(options)}`, values: scores.normalized, marks: scores.renormalizations },
  ];
}
