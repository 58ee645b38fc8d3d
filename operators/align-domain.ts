import { defer, map, type OperatorFunction } from 'rxjs';
import { InvalidOptionError } from '../src/errors.js';
import { CovarianceMap } from '../src/learn/align/covariance-map.js';
import type { DomainMap } from '../src/learn/align/domain-map.js';
import { MomentsMap } from '../src/learn/align/moments-map.js';
import { QuantilesMap } from '../src/learn/align/quantiles-map.js';
import { SeriesTable } from '../src/series/series-table.js';
import { isObservation } from '../src/stats/is-observation.js';
import { type FeaturesOption, featureReader } from './internal/learn-options.js';
import { touchTime } from './internal/touch-time.js';

export interface AlignDomainOptions<T> {
  /** The domain that a record is of: plant, device type, sensor make. */
  domain: (record: T) => string;
  /** The domains to be mapped, each by statistics of its own. @defaultValue every one but `to` */
  from?: string | readonly string[];
  /** The domain that they are mapped onto. */
  to: string;
  /** The values to map: fields by (dotted) name, or an accessor of as many numbers as `features` says. */
  values: FeaturesOption<T>;
  /** How many values a record has, where `values` is an accessor. */
  features?: number;
  /** Mean and spread of each value; its whole distribution; or means and covariances of all together (CORAL). @defaultValue `'moments'` */
  by?: 'moments' | 'quantiles' | 'covariance';
  /** Everything alike, or by half-life in records of the domain. @defaultValue `'all'` */
  memory?: 'all' | { halfLife: number };
  /** Records of either domain learnt before one is mapped. @defaultValue 30 */
  warmup?: number;
  /** Where the state lives. @defaultValue a table of the subscription's own */
  table?: SeriesTable;
  /** The name of the state in `table`. @defaultValue `'domain'` */
  field?: string;
}

/** A record, and its values as they would be in the other domain. */
export interface Aligned<T> {
  record: T;
  domain: string;
  /** Of a record of `to`, or of a domain that is not mapped, its own values; null where a value is missing or too little is known. */
  aligned: Float64Array | null;
  /** Whether `aligned` was mapped. */
  mapped: boolean;
}

const MAPS = { moments: MomentsMap, quantiles: QuantilesMap, covariance: CovarianceMap };

/**
 * Maps records of one domain onto the distribution of another, so that a model which has learnt in the one can be used in the other.
 *
 *     source                             --a1--b9--a2--b8--|     domains a and b
 *     alignDomain({ from: 'b', to: 'a' })--1---n---2---1.9-|     n = null, while too little is known
 *
 * Both streams are merged into one; of each domain running statistics are kept, and a record is mapped by what was known before it, then
 * learnt. No targets are needed. A record that lacks a value comes out as null and is learnt by nobody. The maps have inverses:
 * `MomentsMap`, `QuantilesMap`, `CovarianceMap`.
 *
 * @throws InvalidOptionError when called with a faulty option
 */
export function alignDomain<T>(options: AlignDomainOptions<T>): OperatorFunction<T, Aligned<T>> {
  const { domain, from, to, values, by = 'moments', memory = 'all', warmup = 30, field = 'domain' } = options;
  if (typeof domain !== 'function') throw new InvalidOptionError('domain', domain, 'a function of the record');
  if (typeof to !== 'string') throw new InvalidOptionError('to', to, 'the name of a domain');
  const names = from === undefined ? undefined : new Set(typeof from === 'string' ? [from] : from);
  if (names?.has(to)) throw new InvalidOptionError('from', from, `without ${JSON.stringify(to)}, which is mapped onto`);
  if (!Object.hasOwn(MAPS, by)) throw new InvalidOptionError('by', by, 'one of "moments", "quantiles", "covariance"');
  const features = Array.isArray(values) ? values.length : options.features;
  if (!(Number.isSafeInteger(features) && features! >= 1 && features! <= 1024))
    throw new InvalidOptionError('features', features, 'an integer from 1 to 1024, or values a list of fields');
  if (Array.isArray(values) && (options.features ?? features) !== features)
    throw new InvalidOptionError('features', options.features, `absent, or ${features}, the number of fields`);
  if (!Array.isArray(values) && typeof values !== 'function')
    throw new InvalidOptionError('values', values, 'a list of fields or an accessor');
  const halfLife = memory === 'all' ? undefined : memory?.halfLife;
  if (memory !== 'all' && !(typeof halfLife === 'number' && halfLife > 0 && Number.isFinite(halfLife)))
    throw new InvalidOptionError('memory', memory, "'all' or { halfLife: records }");
  if (!(Number.isSafeInteger(warmup) && warmup >= 2)) throw new InvalidOptionError('warmup', warmup, 'an integer >= 2');
  if (options.table !== undefined && !(options.table instanceof SeriesTable))
    throw new InvalidOptionError('table', options.table, 'a SeriesTable');
  if (options.table !== undefined && options.table.maxSeries < 2)
    throw new InvalidOptionError(
      'table',
      options.table.maxSeries,
      'a table of at least 2 series, for each domain is one',
    );
  const read = featureReader(values);

  return (source) =>
    defer(() => {
      const table = options.table ?? new SeriesTable();
      const domains: DomainMap = new MAPS[by](features!, halfLife);
      const column = table.column(field, JSON.stringify(domains.fingerprint), domains.stride, false);
      const x = new Float64Array(features!);
      const aim = { state: x, aim: (state: Float64Array, offset: number) => domains.aim(state, offset) };
      const take = (record: T): Aligned<T> => {
        const name = domain(record);
        const now = touchTime(Number.NaN, table);
        // The domain that all are mapped onto first, for it must not be what a new one pushes out of the table.
        const target = table.slotOf(to, now);
        const slot = name === to ? target : table.slotOf(name, now);
        x.fill(Number.NaN);
        const length = read(record, x);
        if (length !== features || !x.every(isObservation)) {
          table.counters.missing++;
          return { record, domain: name, aligned: null, mapped: false };
        }
        const isMapped = name !== to && (names?.has(name) ?? true);
        if (name !== to && !isMapped) return { record, domain: name, aligned: x.slice(), mapped: false };
        column.aim(aim, target);
        const known = domains.count;
        column.aim(aim, slot);
        const isWarm = Math.min(known, domains.count) >= warmup;
        let aligned: Float64Array | null = null;
        if (!isMapped) aligned = x.slice();
        else if (isWarm) {
          aligned = new Float64Array(features!);
          domains.between(column.pageOf(slot)!, column.placeOf(slot), column.pageOf(target)!, column.placeOf(target));
          domains.map(x, aligned);
        }
        domains.learn(x);
        return { record, domain: name, aligned, mapped: isMapped && isWarm };
      };
      return source.pipe(map(take));
    });
}
