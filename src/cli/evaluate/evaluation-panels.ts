import type { Evaluation } from '../../advise/evaluate/evaluate.js';
import { type Label, windowsOf } from '../../advise/evaluate/labels.js';
import type { FieldSample } from '../../advise/sample.js';
import { scoredSample } from '../advise/plot-sample.js';
import type { SvgPanel } from '../advise/svg.js';

/** A field as panels: its longest series with the labelled windows, then what each configuration makes of it, with its alarms. */
export function evaluationPanels(
  rows: readonly Evaluation[],
  sample: FieldSample,
  labels: readonly Label[],
): SvgPanel[] {
  const panels = rows.map(({ configuration, options, alarms }): SvgPanel => {
    const { series, scores } = scoredSample(options, sample);
    return {
      title: `${sample.name}: ${configuration}`,
      values: scores.normalized,
      windows: windowsOf(labels, sample.name, series).map(({ start, end }) => [start, end] as const),
      marks: alarms.flatMap(({ at }) => at[series.key] ?? []),
      height: 150,
    };
  });
  const { series } = scoredSample(rows[0]!.options, sample);
  const title = series.key === '' ? sample.name : `${sample.name} of ${series.key}`;
  return [{ title, values: series.values, windows: panels[0]!.windows ?? [] }, ...panels];
}
