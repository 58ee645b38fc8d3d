import { parseTime } from '../../codec/parse-time.js';
import { InvalidOptionError } from '../../errors.js';
import type { SeriesSample } from '../sample.js';
import type { DriftWindow } from './score-alarms.js';

/** A stretch in which something is known to have happened. */
export interface Label {
  /** Times (epoch ms, ISO 8601 or a Date) where the sample has them, else indices of values in their series, from 0. Inclusive. */
  start: number | string | Date;
  /** @defaultValue start */
  end?: number | string | Date;
  /** Only for the series of this key. @defaultValue all */
  key?: string;
  /** Only for this field. @defaultValue all */
  field?: string;
}

/** @throws InvalidOptionError for a label that is no such thing */
export function checkLabels(labels: readonly Label[]): void {
  if (!Array.isArray(labels)) throw new InvalidOptionError('labels', labels, 'a list of { start, end }');
  for (const label of labels) {
    const [start, end] = [toNumber(label?.start), toNumber(label?.end ?? label?.start)];
    if (!(start <= end))
      throw new InvalidOptionError('labels', label, '{ start, end } with times or indices, the earlier first');
  }
}

/** The labels of a series of a field as windows of indices; those that it has no values for are left out. */
export function windowsOf(
  labels: readonly Label[],
  field: string,
  { key, values, times }: SeriesSample,
): DriftWindow[] {
  const isTimed = times.some((time) => !Number.isNaN(time));
  return labels
    .filter((label) => (label.key ?? key) === key && (label.field ?? field) === field)
    .map(({ start, end = start }) => {
      const [from, to] = [toNumber(start), toNumber(end)];
      if (!isTimed) return { start: from, end: Math.min(to, values.length - 1) };
      return { start: times.findIndex((time) => time >= from), end: times.findLastIndex((time) => time <= to) };
    })
    .filter(({ start, end }) => start >= 0 && start <= end);
}

function toNumber(at: number | string | Date): number {
  return at instanceof Date ? at.getTime() : parseTime(at);
}
