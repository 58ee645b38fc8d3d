import { Subject } from 'rxjs';
import { learnOnline } from '../../../operators/index.js';
import { LinearLearner } from '../../../src/learn/linear-learner.js';
import type { FieldOptions } from '../../../src/normalize/field-options.js';
import { resolveVector } from '../../../src/normalize/vector/resolve-vector.js';
import type { NamedWeights } from '../../../src/normalize/vector/text/named-weights.js';
import type { VectorScorer } from '../../../src/normalize/vector/vector-scorer.js';
import type { SparseVector } from '../../../src/normalize/vector/vector-value.js';
import { seededGaussian } from '../../support/seeded-gaussian.js';
import { seededUniform } from '../../support/seeded-uniform.js';
import type { Case, Row } from '../case.js';
import type { Input, Work } from '../contender.js';
import { sampled, twoPass } from './expected-scores.js';

function scorerOf(options: FieldOptions): VectorScorer {
  const scorer = resolveVector(options)!.create({ missing: 0, late: 0, untimed: 0, gated: 0, leftOut: 0 });
  scorer.aim(new Float64Array(scorer.stride), 0);
  return scorer;
}

/** Each value scored and learnt by one scorer, a new one at each run. */
function scoreEach<T>(values: readonly T[], options: FieldOptions, read: (output: unknown) => number[]): Work {
  const each = (hear?: (i: number, output: unknown) => void) => {
    const scorer = scorerOf(options);
    for (let i = 0; i < values.length; i++) {
      const fault = scorer.read(values[i]);
      if (fault !== undefined) throw new Error(fault);
      scorer.score(Number.NaN);
      hear?.(i, scorer.output);
    }
  };
  return {
    run: () => each(),
    answers: () => {
      const wanted = new Set(sampled(values.length));
      const answers: number[] = [];
      each((i, output) => {
        if (wanted.has(i)) answers.push(...read(output));
      });
      return answers;
    },
  };
}

const PIXELS = 224 * 224;
/** Of a picture these are compared: of all channels, all over it. */
const POINTS = Array.from({ length: 150 }, (_, k) => 997 * k + (k % 3));

function pictures(n: number): Case {
  const shape = [224, 224, 3];
  const imagesOf = ({ data }: Input) =>
    Array.from({ length: n }, (_, i) => Uint8Array.from(data.subarray(3 * PIXELS * i, 3 * PIXELS * (i + 1))));
  return {
    id: 'records/pictures',
    title: 'Pictures of 224 × 224 × 3 bytes, z-score of each channel by the pictures before, one processor thread',
    unit: 'pictures',
    observations: n,
    data: () => {
      const random = seededUniform(7);
      return Float64Array.from({ length: 3 * PIXELS * n }, (_, i) => Math.floor(256 * random() ** (1 + (i % 3))));
    },
    expected: (data) =>
      sampled(n).flatMap((at) => {
        const channels = [0, 1, 2].map((channel) =>
          twoPass(data.subarray(0, 3 * PIXELS * at).filter((_, i) => i % 3 === channel)),
        );
        return POINTS.map((point) => {
          const { mean, sd } = channels[point % 3]!;
          return (data[3 * PIXELS * at + point]! - mean) / sd;
        });
      }),
    tolerance: 1e-4,
    contenders: [
      {
        id: 'ours',
        name: '`channelNormalize`',
        isOurs: true,
        work: (input) =>
          scoreEach(imagesOf(input), { shape, dtype: 'uint8' }, (output) =>
            POINTS.map((point) => (output as Float32Array)[point]!),
          ),
      },
      {
        id: 'numpy',
        name: 'numpy, sums in single precision: right to three digits',
        needs: 'python',
        task: 'records.pictures_single',
        tolerance: 1e-3,
      },
      { id: 'exact', name: 'numpy, sums in double precision', needs: 'python', task: 'records.pictures_double' },
    ],
    bars: [{ of: 'ours', beside: 'numpy', measure: 'times', bar: 1, goal: 3 }],
  };
}

const WORDS = 20;
const VOCABULARY = 5000;
const PREFIXES = ['disk', 'node', 'error', 'read', 'net'];
const wordOf = (index: number) => `${PREFIXES[index % 5]}${index}`;

function texts(n: number): Case {
  const documentsOf = ({ data }: Input) =>
    Array.from({ length: n }, (_, i) => Array.from(data.subarray(WORDS * i, WORDS * (i + 1)), wordOf).join(' '));
  const inOrder = (weights: Iterable<number>) => [...weights].sort((a, b) => a - b);
  const weigh = (output: 'terms' | 'sparse', read: (output: unknown) => number[]) => (input: Input) =>
    scoreEach(documentsOf(input), { method: 'tf-idf', order: 'learn-first', output }, read);
  return {
    id: 'records/tf-idf',
    title: `Texts of ${WORDS} words out of ${VOCABULARY.toLocaleString('en')} by Zipf's law, TF-IDF: learnt, then weighed`,
    unit: 'texts',
    observations: n,
    data: () => {
      const draw = seededUniform(11);
      return Float64Array.from({ length: WORDS * n }, () => Math.floor(VOCABULARY ** draw()) - 1);
    },
    // The weights of a text in ascending order, by the definition.
    expected: (data) =>
      sampled(n).flatMap((at) => {
        const documents = Array.from({ length: at + 1 }, (_, i) => data.subarray(WORDS * i, WORDS * (i + 1)));
        const weights = [...new Set(documents[at]!)].map((word) => {
          const times = documents[at]!.filter((other) => other === word).length;
          const df = documents.filter((document) => document.includes(word)).length;
          return times * (Math.log((2 + at) / (1 + df)) + 1);
        });
        const length = Math.hypot(...weights);
        return inOrder(weights.map((weight) => weight / length));
      }),
    tolerance: 1e-9,
    contenders: [
      {
        id: 'ours',
        name: '`tfIdf`, weights by position',
        isOurs: true,
        work: weigh('sparse', (output) => inOrder((output as SparseVector).values)),
      },
      {
        id: 'terms',
        name: '`tfIdf`, weights by term',
        isOurs: true,
        work: weigh('terms', (output) => inOrder(Array.from(output as NamedWeights, ([, weight]) => weight))),
      },
      { id: 'river', name: 'river `TFIDF`, weights by term', needs: 'python', task: 'records.tf_idf' },
    ],
    bars: [
      { of: 'ours', beside: 'river', measure: 'times', bar: 10, goal: 30 },
      { of: 'terms', beside: 'river', measure: 'times', bar: 10, goal: 30 },
    ],
  };
}

const INPUTS = 20;

function learner(n: number): Case {
  const width = INPUTS + 1;
  interface Labelled {
    x: Float64Array;
    y: number;
  }
  const recordsOf = ({ data }: Input): Labelled[] =>
    Array.from({ length: n }, (_, i) => ({
      x: data.slice(width * i, width * i + INPUTS),
      y: data[width * i + INPUTS]!,
    }));
  return {
    id: 'records/learner',
    title: `A linear model of ${INPUTS} features: predicts, then learns`,
    unit: 'records',
    observations: n,
    data: () => {
      const noise = seededGaussian({ seed: 3, length: width * n });
      return noise.map((g, i) => (i % width === INPUTS ? g + noise[i - 1]! - 2 * noise[i - 2]! + 3 : g));
    },
    // Gradient descent on the squared error at a rate of .01, written down.
    expected: (data) => {
      const weights = new Array<number>(width).fill(0);
      const predictions = Array.from({ length: n }, (_, i) => {
        const x = [...data.subarray(width * i, width * i + INPUTS), 1];
        const prediction = x.reduce((sum, value, k) => sum + value * weights[k]!, 0);
        const slope = 2 * (prediction - data[width * i + INPUTS]!);
        x.forEach((value, k) => {
          weights[k]! -= 0.01 * slope * value;
        });
        return prediction;
      });
      return sampled(n).map((at) => predictions[at]!);
    },
    tolerance: 1e-9,
    contenders: [
      {
        id: 'ours',
        name: '`LinearLearner`',
        isOurs: true,
        work: (input) => {
          const records = recordsOf(input);
          const each = (hear?: (prediction: number) => void) => {
            const model = new LinearLearner({ inputs: INPUTS });
            let sum = 0;
            for (const { x, y } of records) {
              const prediction = model.predict(x);
              sum += prediction;
              hear?.(prediction);
              model.learn(x, y);
            }
            if (!Number.isFinite(sum)) throw new Error('a prediction is no number');
          };
          return { run: () => each(), answers: () => picked(n, each) };
        },
      },
      {
        id: 'operator',
        name: '`learnOnline(new LinearLearner())`, every loss told',
        isOurs: true,
        work: (input) => {
          const records = recordsOf(input);
          const each = (hear: (prediction: number) => void) => {
            const source = new Subject<Labelled>();
            source
              .pipe(learnOnline(new LinearLearner({ inputs: INPUTS }), { features: (r) => r.x, target: (r) => r.y }))
              .subscribe(({ prediction }) => hear(prediction as number));
            for (const record of records) source.next(record);
          };
          return { run: () => each(() => {}), answers: () => picked(n, each) };
        },
      },
      { id: 'river', name: 'river `LinearRegression`', needs: 'python', task: 'records.linear' },
    ],
    bars: [{ of: 'ours', beside: 'river', measure: 'times', bar: 10, goal: 50 }],
  };
}

function picked(n: number, each: (hear: (prediction: number) => void) => void): number[] {
  const predictions: number[] = [];
  each((prediction) => predictions.push(prediction));
  return sampled(n).map((at) => predictions[at]!);
}

export const records: Row = {
  id: 'records',
  title: 'Records that are more than numbers, and a model behind them',
  cases: ({ isSmoke }) => [pictures(isSmoke ? 3 : 8), texts(isSmoke ? 60 : 2000), learner(isSmoke ? 300 : 5000)],
};
