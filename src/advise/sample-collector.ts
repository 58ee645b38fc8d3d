import { InvalidOptionError } from '../errors.js';
import { isObservation } from '../stats/is-observation.js';
import type { FieldSample } from './sample.js';

/** More fields than this are not looked at: a record of a thousand numbers is a vector, not a list of sensors. */
const MOST_FIELDS = 1024;
/** Values of all fields together: 1 GB with their times. */
const MOST_VALUES = 1 << 26;

interface OpenSeries {
  key: string;
  values: Float64Array;
  times: Float64Array;
  length: number;
}

interface OpenField {
  name: string;
  series: Map<string, OpenSeries>;
  texts: number;
}

/**
 * Keeps the first `limit` records of a stream by field and series, and no more: memory is bounded, whatever comes.
 *
 * `begin` a record, then `add` its fields. O(1) a value.
 */
export class SampleCollector {
  readonly limit: number;
  /** Records kept. */
  records = 0;
  /** Values left out for lack of room, in fields or series beyond the bounds. */
  leftOut = 0;
  readonly #fields = new Map<string, OpenField>();
  #values = 0;
  #key = '';
  #time = Number.NaN;

  /** @throws InvalidOptionError when `limit` is not an integer from 1 */
  constructor(limit = 20_000) {
    if (!(Number.isSafeInteger(limit) && limit >= 1)) throw new InvalidOptionError('records', limit, 'an integer >= 1');
    this.limit = limit;
  }

  get isFull(): boolean {
    return this.records >= this.limit;
  }

  /** @param time event time in ms, or NaN */
  begin(key: string, time: number): void {
    this.records++;
    this.#key = key;
    this.#time = time;
  }

  /** @param value NaN where it is missing @param isText whether there was something that is no number */
  add(name: string, value: number, isText = false): void {
    const field = this.#field(name);
    if (field === undefined || this.#values >= MOST_VALUES) {
      this.leftOut++;
      return;
    }
    this.#values++;
    if (isText) field.texts++;
    let series = field.series.get(this.#key);
    if (series === undefined) {
      series = { key: this.#key, values: new Float64Array(16), times: new Float64Array(16), length: 0 };
      field.series.set(this.#key, series);
    }
    if (series.length === series.values.length) {
      series.values = longer(series.values);
      series.times = longer(series.times);
    }
    series.values[series.length] = value;
    series.times[series.length++] = this.#time;
  }

  /** Fields without a single number are left out. */
  fields(): FieldSample[] {
    const samples = [...this.#fields.values()].map(({ name, series, texts }) => ({
      name,
      texts,
      series: [...series.values()].map(({ key, values, times, length }) => ({
        key,
        values: values.subarray(0, length),
        times: times.subarray(0, length),
      })),
    }));
    return samples.filter(({ series }) => series.some(({ values }) => values.some(isObservation)));
  }

  #field(name: string): OpenField | undefined {
    let field = this.#fields.get(name);
    if (field === undefined && this.#fields.size < MOST_FIELDS) {
      field = { name, series: new Map(), texts: 0 };
      this.#fields.set(name, field);
    }
    return field;
  }
}

function longer(array: Float64Array): Float64Array {
  const next = new Float64Array(2 * array.length);
  next.set(array);
  return next;
}
