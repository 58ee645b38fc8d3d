import { groupBy, map, mergeMap, Observable, type Observer, type OperatorFunction, Subject, scan } from 'rxjs';
import { minMax, normalize, robustScale, zScore } from '../../../operators/index.js';
import { createScorer } from '../../../src/normalize/create-scorer.js';
import { resolveField } from '../../../src/normalize/resolve-field.js';
import { scoreColumn } from '../../../src/normalize/score-column.js';
import { seededGaussian } from '../../support/seeded-gaussian.js';
import type { Case, Row } from '../case.js';
import type { Input, Work } from '../contender.js';
import { sampled, scoreAmong } from './expected-scores.js';
import { peerPackage } from './peer-package.js';

/**
 * Pushes every input as `fromKafka` and `fromEvent` do, by the `next` of an observable of its own.
 *
 * @param isShared through a `Subject` instead, which loops over its subscribers for each value
 */
function stream<T, R>(
  inputs: readonly T[],
  operator: () => OperatorFunction<T, R>,
  read: (out: R) => number[],
  isShared = false,
): Work {
  const push = (hear: (out: R) => void) => {
    const subject = new Subject<T>();
    let into: Observer<T> = subject;
    const own = new Observable<T>((subscriber) => {
      into = subscriber;
    });
    const source = isShared ? subject : own;
    source.pipe(operator()).subscribe(hear);
    for (let i = 0; i < inputs.length; i++) into.next(inputs[i]!);
  };
  let last: R | undefined;
  return {
    run: () => {
      push((out) => {
        last = out;
      });
      if (last === undefined) throw new Error('nothing came out');
    },
    answers: () => {
      const outs: R[] = [];
      push((out) => outs.push(out));
      return sampled(inputs.length).flatMap((i) => read(outs[i]!));
    },
  };
}

interface Moments {
  n: number;
  mean: number;
  m2: number;
  z: number;
}
const nothingSeen: Moments = { n: 0, mean: 0, m2: 0, z: 0 };
function welford(state: Moments, x: number): Moments {
  const delta = x - state.mean;
  const z = delta / Math.sqrt(state.m2 / state.n);
  const n = state.n + 1;
  const mean = state.mean + delta / n;
  return { n, mean, m2: state.m2 + delta * (x - mean), z };
}

const score = (z: number | null) => [z!];
const numbersOf = ({ data }: Input) => Array.from(data);
const keyIndex = (i: number, series: number) => (i * 7919) % series;

interface Reading {
  key: string;
  x: number;
}
const readingsOf = ({ data, parameters }: Input): Reading[] =>
  Array.from(data, (x, i) => ({ key: `device-${keyIndex(i, parameters.series!)}`, x }));

const fields = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] as const;
type Record8 = Record<(typeof fields)[number], number> & { key: string };
const recordsOf = ({ data, parameters }: Input): Record8[] =>
  Array.from({ length: data.length / fields.length }, (_, i) => {
    const [a, b, c, d, e, f, g, h] = data.subarray(fields.length * i) as unknown as number[];
    return { key: `device-${keyIndex(i, parameters.series!)}`, a: a!, b: b!, c: c!, d: d!, e: e!, f: f!, g: g!, h: h! };
  });

/** The same numbers as they are, for what has the cost of an observable alone. */
const passThrough = { id: 'map', name: '`map(x => x)` in its place', isYardstick: true } as const;
/** Of the streams of this row: levels and scales of their own, so that an answer of another series would be seen. */
const column = (length: number) =>
  seededGaussian({ seed: 42, length }).map((g, i) => 20 + (i % 8) + (1 + (i % 8) / 8) * g);
const numbers = (length: number) => seededGaussian({ seed: 42, length }).map((g) => 20 + 3 * g);

function oneSeries(n: number): Case {
  return {
    id: 'one-value/numbers',
    title: 'A stream of numbers, z-score: scored by all before, then learnt',
    unit: 'values',
    observations: n,
    data: () => numbers(n),
    expected: (xs) => sampled(n).map((i) => scoreAmong(xs.subarray(0, i), xs[i]!)),
    tolerance: 1e-9,
    contenders: [
      {
        id: 'ours',
        name: '`zScore()`',
        isOurs: true,
        work: (input) => stream(numbersOf(input), () => zScore({ warmup: 1 }), score),
      },
      {
        ...passThrough,
        work: (input) => ({ ...stream(numbersOf(input), () => map((x) => x), score), answers: () => [] }),
      },
      {
        id: 'scan',
        name: 'rxjs `scan` written by hand (Welford)',
        work: (input) =>
          stream(
            numbersOf(input),
            () => scan(welford, nothingSeen),
            ({ z }) => [z],
          ),
      },
      {
        id: 'stdlib',
        name: '@stdlib `incrmeanstdev` behind `map`',
        needs: 'npm',
        work: (input) => {
          type Accumulator = (x?: number) => [mean: number, sd: number] | null;
          const { module, version } = peerPackage<() => Accumulator>('@stdlib/stats-incr-meanstdev');
          const operator = () => {
            const accumulate = module();
            let seen = 0;
            return map((x: number) => {
              // Theirs is the standard deviation of a sample, in an array that the next value overwrites.
              const known = accumulate();
              const score = known === null ? 0 : (x - known[0]) / (known[1] * Math.sqrt((seen - 1) / seen));
              accumulate(x);
              seen++;
              return score;
            });
          };
          return { ...stream(numbersOf(input), operator, score), version };
        },
      },
      { id: 'river', name: 'river `StandardScaler`', needs: 'python', task: 'one_value.standard' },
    ],
    bars: [{ of: 'ours', beside: 'river', measure: 'times', bar: 10, goal: 20 }],
  };
}

const byKey = () => zScore({ key: (r: Reading) => r.key, value: (r: Reading) => r.x, warmup: 1 });

function keyed(n: number, series: number): Case {
  return {
    id: 'one-value/keyed',
    title: `Records of one field, ${series.toLocaleString('en')} keys, z-score`,
    unit: 'records',
    observations: n,
    data: () => numbers(n),
    parameters: { series },
    expected: (xs) =>
      sampled(n).map((at) => {
        const own = xs.filter((_, i) => i < at && keyIndex(i, series) === keyIndex(at, series));
        return scoreAmong(own, xs[at]!);
      }),
    tolerance: 1e-9,
    note: 'Pushed by an observable of its own, as `fromKafka` and `fromEvent` push; a `Subject` loops over its subscribers for each record.',
    contenders: [
      {
        id: 'ours',
        name: '`zScore({ key, value })`',
        isOurs: true,
        work: (input) => stream(readingsOf(input), byKey, ({ normalized }) => [normalized!]),
      },
      {
        id: 'subject',
        name: 'streamnorm `zScore({ key, value })` behind a `Subject`',
        isYardstick: true,
        work: (input) => stream(readingsOf(input), byKey, ({ normalized }) => [normalized!], true),
      },
      {
        ...passThrough,
        work: (input) => ({
          ...stream(
            readingsOf(input),
            () => map((x) => x),
            () => [],
          ),
        }),
      },
      {
        id: 'group-by',
        name: 'rxjs `groupBy` + `scan` written by hand',
        work: (input) =>
          stream(
            readingsOf(input),
            () => (source) =>
              source.pipe(
                groupBy((r) => r.key),
                mergeMap((group) => group.pipe(scan((state, { x }) => welford(state, x), nothingSeen))),
              ),
            ({ z }) => [z],
          ),
      },
      { id: 'river', name: 'a dict of river `StandardScaler`', needs: 'python', task: 'one_value.keyed' },
    ],
    bars: [
      { of: 'ours', beside: 'river', measure: 'times', bar: 10, goal: 20 },
      { of: 'ours', beside: 'map', measure: 'cost', goal: 1.3 },
    ],
  };
}

function eightFields(n: number, series: number): Case {
  const width = fields.length;
  return {
    id: 'one-value/fields',
    title: `Records of 8 fields, ${series.toLocaleString('en')} keys, z-score of each`,
    unit: 'records',
    observations: n,
    data: () => column(n * width),
    parameters: { series },
    expected: (xs) =>
      sampled(n).flatMap((at) =>
        fields.map((_, k) => {
          const own: number[] = [];
          for (let i = 0; i < at; i++) if (keyIndex(i, series) === keyIndex(at, series)) own.push(xs[width * i + k]!);
          return scoreAmong(own, xs[width * at + k]!);
        }),
      ),
    tolerance: 1e-9,
    contenders: [
      {
        id: 'ours',
        name: '`normalize({ key, fields })`',
        isOurs: true,
        work: (input) =>
          stream(
            recordsOf(input),
            () =>
              normalize<Record8>({
                key: 'key',
                fields: Object.fromEntries(fields.map((name) => [name, 'z-score' as const])),
                defaults: { warmup: 1 },
              }),
            ({ normalized }) => fields.map((name) => normalized[name] as number),
          ),
      },
      {
        ...passThrough,
        work: (input) => ({
          ...stream(
            recordsOf(input),
            () => map((x) => x),
            () => [],
          ),
        }),
      },
      {
        id: 'group-by',
        name: 'rxjs `groupBy` + `scan` written by hand',
        work: (input) =>
          stream(
            recordsOf(input),
            () => (source) =>
              source.pipe(
                groupBy((r) => r.key),
                mergeMap((group) =>
                  group.pipe(
                    scan(
                      (states, record) => states.map((state, k) => welford(state, record[fields[k]!])),
                      fields.map(() => nothingSeen),
                    ),
                  ),
                ),
              ),
            (states) => states.map(({ z }) => z),
          ),
      },
      { id: 'river', name: 'a dict of river `StandardScaler`', needs: 'python', task: 'one_value.fields' },
    ],
    bars: [{ of: 'ours', beside: 'river', measure: 'times', bar: 10, goal: 20 }],
  };
}

function columns(n: number): Case {
  return {
    id: 'one-value/column',
    title: 'The same over a column: z-score of each by all before',
    unit: 'values',
    observations: n,
    data: () => numbers(n),
    expected: (xs) => sampled(n).map((i) => scoreAmong(xs.subarray(0, i), xs[i]!)),
    tolerance: 1e-9,
    contenders: [
      {
        id: 'ours',
        name: 'z-score over a column, as in a pipeline',
        isOurs: true,
        work: ({ data }) => {
          const counters = { missing: 0, late: 0, untimed: 0, gated: 0 };
          const scorer = createScorer(resolveField({ method: 'z-score', warmup: 1 }), counters);
          const out = new Float64Array(data.length);
          const run = () => {
            scorer.aim(new Float64Array(scorer.stride), 0);
            scoreColumn(scorer, data, out);
          };
          return {
            run,
            answers: () => {
              run();
              return sampled(data.length).map((i) => out[i]!);
            },
          };
        },
      },
      {
        id: 'loop',
        name: 'a bare Welford loop in Node',
        isYardstick: true,
        work: ({ data }) => {
          const out = new Float64Array(data.length);
          const run = () => bareLoop(data, out);
          return {
            run,
            answers: () => {
              run();
              return sampled(data.length).map((i) => out[i]!);
            },
          };
        },
      },
      { id: 'river', name: 'river `StandardScaler`', needs: 'python', task: 'one_value.standard' },
    ],
    bars: [
      { of: 'ours', beside: 'river', measure: 'times', bar: 100 },
      { of: 'ours', beside: 'loop', measure: 'times', goal: 0.6 },
    ],
  };
}

function bareLoop(xs: Float64Array, out: Float64Array): void {
  let count = 0;
  let mean = 0;
  let m2 = 0;
  for (let i = 0; i < xs.length; i++) {
    const x = xs[i]!;
    const delta = x - mean;
    out[i] = delta / Math.sqrt(m2 / count);
    count += 1;
    mean += delta / count;
    m2 += delta * (x - mean);
  }
}

function otherScalers(n: number): Case[] {
  const ours = (operator: () => OperatorFunction<number, number | null>) =>
    ({
      id: 'ours',
      isOurs: true,
      work: (input: Input) => stream(numbersOf(input), operator, score),
    }) as const;
  const common = { unit: 'values', observations: n, data: () => numbers(n) };
  const bars = [{ of: 'ours', beside: 'river', measure: 'times', bar: 10, goal: 20 }] as const;
  return [
    {
      ...common,
      id: 'one-value/min-max',
      title: 'A stream of numbers, min-max',
      expected: (xs) =>
        sampled(n).map((i) => {
          const before = xs.subarray(0, i);
          const min = before.reduce((a, b) => Math.min(a, b));
          return (xs[i]! - min) / (before.reduce((a, b) => Math.max(a, b)) - min);
        }),
      tolerance: 1e-12,
      contenders: [
        { ...ours(() => minMax({ warmup: 1 })), name: '`minMax()`' },
        {
          id: 'stdlib',
          name: '@stdlib `incrminmax` behind `map`',
          needs: 'npm',
          work: (input) => {
            type Accumulator = (x?: number) => [min: number, max: number] | null;
            const { module, version } = peerPackage<() => Accumulator>('@stdlib/stats-incr-minmax');
            const operator = () => {
              const accumulate = module();
              return map((x: number) => {
                const known = accumulate();
                const score = known === null ? 0 : (x - known[0]) / (known[1] - known[0]);
                accumulate(x);
                return score;
              });
            };
            return { ...stream(numbersOf(input), operator, score), version };
          },
        },
        { id: 'river', name: 'river `MinMaxScaler`', needs: 'python', task: 'one_value.min_max' },
      ],
      bars,
    },
    {
      ...common,
      id: 'one-value/robust',
      title: 'A stream of numbers, median and interquartile range',
      expected: (xs) =>
        sampled(n).map((i) => {
          const sorted = xs.slice(0, i).sort();
          const at = (p: number) => sorted[Math.round(p * (i - 1))]!;
          return (xs[i]! - at(0.5)) / (at(0.75) - at(0.25));
        }),
      tolerance: 0.06,
      note: 'Both keep a summary: ours of bounded error (a sketch), river’s three P² quantiles without a bound. Scores within 0.06 of the exact ones.',
      contenders: [
        { ...ours(() => robustScale({ warmup: 1 })), name: '`robustScale()`' },
        { id: 'river', name: 'river `RobustScaler`', needs: 'python', task: 'one_value.robust' },
      ],
      bars,
    },
    {
      ...common,
      id: 'one-value/half-life',
      title: 'A stream of numbers, z-score with exponential weights (α = 0.3)',
      expected: (xs) =>
        sampled(n).map((i) => {
          let weight = 0;
          let mean = 0;
          let squares = 0;
          // Older ones weigh less than 1e-20.
          const first = Math.max(0, i - 130);
          const each = (visit: (x: number, w: number) => void) => {
            for (let k = first; k < i; k++) visit(xs[k]!, 0.7 ** (i - 1 - k));
          };
          each((x, w) => {
            weight += w;
            mean += w * x;
          });
          mean /= weight;
          each((x, w) => {
            squares += w * (x - mean) ** 2;
          });
          return (xs[i]! - mean) / Math.sqrt(squares / weight);
        }),
      tolerance: 1e-9,
      contenders: [
        {
          ...ours(() => zScore({ warmup: 1, memory: { halfLife: Math.LN2 / -Math.log1p(-0.3) } })),
          name: '`zScore({ memory: { halfLife } })`',
        },
        { id: 'river', name: 'river `AdaptiveStandardScaler`', needs: 'python', task: 'one_value.adaptive' },
      ],
      bars,
    },
  ];
}

export const oneValue: Row = {
  id: 'one-value',
  title: 'One value at a time',
  cases: ({ isSmoke }) => {
    const n = isSmoke ? 4_000 : 50_000;
    const series = isSmoke ? 10 : 1000;
    return [oneSeries(n), keyed(n, series), eightFields(isSmoke ? n : 30_000, series), columns(n), ...otherScalers(n)];
  },
};
