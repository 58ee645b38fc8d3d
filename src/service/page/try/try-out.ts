import { advise } from '../../../advise/advise.js';
import { describeOptions } from '../../../advise/candidates.js';
import { numericNames } from '../../../codec/numeric-names.js';
import { valueAtName } from '../../../codec/value-at-name.js';
import type { ScalarMethod } from '../../../normalize/field-options.js';
import { RecordNormalizer } from '../../../normalize/record-normalizer.js';
import { SeriesTable } from '../../../series/series-table.js';
import { outline } from './outline.js';

export const METHODS: readonly ScalarMethod[] = [
  'adaptive',
  'z-score',
  'robust',
  'min-max',
  'max-abs',
  'quantile',
  'power',
  'innovation',
];

interface TriedMethod {
  method: ScalarMethod;
  /** Mean and standard deviation of the scores, and the share of them beyond ±3; NaN without scores. */
  mean: number;
  deviation: number;
  beyond3: number;
  scores: number;
  epochs: number;
  /** The scores of the series that is drawn: low and high by stretch. */
  outline: Float64Array;
}

export interface TriedField {
  field: string;
  values: number;
  /** The key of the series that is drawn: the one of most values. */
  key: string;
  outline: Float64Array;
  methods: TriedMethod[];
}

export interface Advice {
  field: string;
  method: string;
  /** The options in a few characters. */
  label: string;
  reasons: readonly string[];
}

type Records = readonly Readonly<Record<string, unknown>>[];

/** Fields that are tried, and records that advice is made of. */
const MOST_FIELDS = 16;
const ADVISED = 5_000;
/** Records by which names are looked for. */
const LOOKED_AT = 200;

/** Names under which there is text: what series may be told apart by. The likeliest first. */
export function keyNames(records: Records): string[] {
  const counts = new Map<string, Set<string>>();
  const looked = records.slice(0, 2_000);
  for (const record of looked)
    for (const [name, value] of Object.entries(record)) {
      if (typeof value !== 'string') continue;
      if (!counts.has(name)) counts.set(name, new Set());
      counts.get(name)!.add(value);
    }
  const repeats = (name: string) => looked.length / counts.get(name)!.size;
  return [...counts.keys()].filter((name) => repeats(name) >= 2).sort((a, b) => repeats(b) - repeats(a));
}

/** The fields that hold numbers, in the order they appear; what is plainly a time is none. */
export function fieldNames(records: Records): string[] {
  const names = new Set<string>();
  for (const record of records.slice(0, LOOKED_AT))
    for (const name of numericNames(record, new Set())) if (!/^(ts|time|timestamp|date)$/i.test(name)) names.add(name);
  return [...names].slice(0, MOST_FIELDS);
}

/** One field by every method, as `normalize` would score it: each value before it is learnt, each key by itself. */
export function tryField(records: Records, field: string, key: string | undefined): TriedField {
  const values = Float64Array.from(records, (record) => {
    const value = valueAtName(record, field);
    return typeof value === 'number' ? value : Number.NaN;
  });
  const keys = records.map((record) => (key === undefined ? '' : String(valueAtName(record, key) ?? '')));
  const counts = new Map<string, number>();
  for (const [i, one] of keys.entries()) if (!Number.isNaN(values[i])) counts.set(one, (counts.get(one) ?? 0) + 1);
  const [drawn, most] = [...counts].reduce((best, one) => (one[1] > best[1] ? one : best), ['', 0]);
  const ofDrawn = (column: Float64Array) => {
    const kept = new Float64Array(most);
    let n = 0;
    for (let i = 0; i < column.length; i++) if (keys[i] === drawn && !Number.isNaN(values[i])) kept[n++] = column[i]!;
    return outline(kept);
  };
  return {
    field,
    values: [...counts.values()].reduce((sum, count) => sum + count, 0),
    key: drawn,
    outline: ofDrawn(values),
    methods: METHODS.map((method) => tryMethod(method, values, keys, ofDrawn)),
  };
}

function tryMethod(
  method: ScalarMethod,
  values: Float64Array,
  keys: readonly string[],
  ofDrawn: (column: Float64Array) => Float64Array,
): TriedMethod {
  const table = new SeriesTable();
  const normalizer = new RecordNormalizer({ named: [{ name: 'x', options: { method } }], table });
  const { scorer } = normalizer.fields[0]!;
  const epochs = new Map<string, number>();
  const scores = values.map((x, i) => {
    const score = normalizer.score(0, table.slotOf(keys[i]!), x, Number.NaN);
    if (scorer !== undefined && scorer.epoch > 0) epochs.set(keys[i]!, scorer.epoch);
    return score;
  });
  const known = scores.filter((score) => !Number.isNaN(score));
  const mean = known.reduce((sum, score) => sum + score, 0) / known.length;
  return {
    method,
    mean,
    deviation: Math.sqrt(known.reduce((sum, score) => sum + (score - mean) ** 2, 0) / known.length),
    beyond3: known.filter((score) => Math.abs(score) > 3).length / known.length,
    scores: known.length,
    epochs: [...epochs.values()].reduce((sum, epoch) => sum + epoch, 0),
    outline: ofDrawn(scores),
  };
}

/** How `advise` would have the field normalized, by the first records. */
export function adviseOn(records: Records, field: string, key: string | undefined): Advice | undefined {
  const [advice] = advise(records.slice(0, ADVISED), { fields: [field], ...(key !== undefined && { key }) });
  if (advice === undefined) return undefined;
  const { options, reasons } = advice;
  return { field, method: options.method ?? 'z-score', label: describeOptions(options), reasons };
}
