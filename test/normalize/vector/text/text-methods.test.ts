import fc from 'fast-check';
import { from, lastValueFrom, map, type OperatorFunction, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { hashFeatures, normalize, tfIdf, tokenIds } from '../../../../operators/index.js';
import type { SparseVector } from '../../../../src/normalize/vector/vector-value.js';
import { SeriesTable } from '../../../../src/series/series-table.js';
import { obeysOperatorLaws } from '../../../laws/operator-laws.js';
import { recordsOf, runConfig } from '../../../support/run-config.js';

const run = <T, R>(values: readonly T[], operator: OperatorFunction<T, R>): Promise<R[]> =>
  lastValueFrom(from(values).pipe(operator, toArray()));
const word = (x: number) => `word${x} other`;
obeysOperatorLaws('tfIdf', () => (source) => source.pipe(map(word), tfIdf()));
obeysOperatorLaws('hashFeatures', () => (source) => source.pipe(map(word), hashFeatures()));
obeysOperatorLaws('tokenIds', () => (source) => source.pipe(map(word), tokenIds()));

// river's doctest of TFIDF, and scikit-learn's of TfidfVectorizer.
const CORPUS = [
  'This is the first document.',
  'This document is the second document.',
  'And this is the third one.',
  'Is this the first document?',
];
const rounded = (weights: unknown) =>
  Object.fromEntries(
    Object.entries(weights as Record<string, number>).map(([term, x]) => [term, Math.round(x * 1000) / 1000]),
  );

describe('tfIdf', () => {
  it("is river's TFIDF where it learns first", async () => {
    const weights = await run(CORPUS.slice(0, 2), tfIdf({ order: 'learn-first' }));
    // River writes three digits and holds them to 0.001.
    const near = (x: number) => expect.closeTo(x, 2.8);
    const [first, second] = weights as Record<string, number>[];
    for (const term of ['this', 'is', 'the', 'first', 'document']) expect(first![term]).toEqual(near(0.447));
    for (const term of ['this', 'is', 'the']) expect(second![term]).toEqual(near(0.333));
    expect(second).toMatchObject({ document: near(0.667), second: near(0.469) });
    expect([Object.keys(first!).length, Object.keys(second!).length]).toEqual([5, 5]);
  });
  it("is scikit-learn's TfidfVectorizer once it has learnt the texts", async () => {
    const weights = await run([...CORPUS, ...CORPUS], tfIdf({ memory: 'all' }));
    const last = rounded(weights[4]);
    expect(last).toEqual({ this: 0.384, is: 0.384, the: 0.384, first: 0.58, document: 0.47 });
  });
  it('has the idf of Keras, and the frequencies of terms that it is asked for', async () => {
    const texts = ['aa bb', 'aa aa cc'];
    const [, keras] = await run(texts, tfIdf({ idf: 'keras', norm: 'none' }));
    expect(keras).toEqual({ aa: 2 * Math.log(1 + 1 / 2), cc: Math.log(1 + 1 / 1) });
    const [, sublinear] = await run(texts, tfIdf({ idf: 'none', norm: 'none', tf: 'sublinear' }));
    expect(sublinear).toEqual({ aa: 1 + Math.log(2), cc: 1 });
    const [, binary] = await run(texts, tfIdf({ idf: 'none', norm: 'l1', tf: 'binary' }));
    expect(binary).toEqual({ aa: 0.5, cc: 0.5 });
    const [, frequency] = await run(texts, tfIdf({ idf: 'none', norm: 'none', tf: 'frequency' }));
    expect(frequency).toEqual({ aa: 2 / 3, cc: 1 / 3 });
  });
  it('is what maps and a regular expression make of it, to the last bit', async () => {
    const unit = fc.constantFrom(...'aaabcdEF01_ .,-éÉßЖ字');
    const words = fc
      .array(fc.integer({ min: 0, max: 300 }), { maxLength: 130 })
      .map((ids) => ids.map((id) => `W${id}`));
    const text = fc.oneof(
      fc.string({ unit, maxLength: 80 }),
      words.map((some) => some.join(' ')),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 12 }), fc.boolean(), async (texts, inPairs) => {
        const ngrams = inPairs ? ([1, 2] as const) : ([1, 1] as const);
        const df = new Map<string, number>();
        const expected = texts.map((each, k) => {
          const found =
            each
              .normalize('NFC')
              .toLowerCase()
              .match(/[\p{L}\p{M}\p{N}_]{2,}/gu) ?? [];
          const pairs = found.slice(1).map((word, i) => `${found[i]} ${word}`);
          const counts = new Map<string, number>();
          for (const term of inPairs ? [...found, ...pairs] : found) counts.set(term, (counts.get(term) ?? 0) + 1);
          for (const term of counts.keys()) df.set(term, (df.get(term) ?? 0) + 1);
          const terms = [...counts].map(
            ([term, times]) => [term, times * (Math.log(2 + k) - Math.log(1 + df.get(term)!) + 1)] as const,
          );
          const size = Math.sqrt(terms.reduce((sum, [, weight]) => sum + weight * weight, 0));
          return new Map(terms.map(([term, weight]) => [term, weight / size]));
        });
        const byTerm = await run(texts, tfIdf({ order: 'learn-first', ngrams }));
        expect(byTerm.map((each) => new Map(Object.entries(each!)))).toEqual(expected);
        const sparse = await run(texts, tfIdf({ order: 'learn-first', ngrams, output: 'sparse' }));
        const names = [...df.keys()];
        const named = (sparse as SparseVector[]).map(
          ({ indices, values }) => new Map(Array.from(indices, (index, i) => [names[index]!, values[i]!])),
        );
        expect(named).toEqual(expected);
        for (const { indices } of sparse as SparseVector[])
          expect([...indices]).toEqual([...indices].sort((a, b) => a - b));
      }),
      { numRuns: 60 },
    );
  });
  it('gives the same weights by term, by position and whole', async () => {
    const byTerm = await run(CORPUS, tfIdf());
    const sparse = (await run(CORPUS, tfIdf({ output: 'sparse' }))) as SparseVector[];
    const dense = (await run(CORPUS, tfIdf({ output: 'dense', maxTerms: 12 }))) as Float64Array[];
    const names = ['this', 'is', 'the', 'first', 'document', 'second', 'and', 'third', 'one'];
    CORPUS.forEach((_, k) => {
      const { indices, values } = sparse[k]!;
      expect(Object.fromEntries(Array.from(indices, (index, i) => [names[index]!, values[i]!]))).toEqual(byTerm[k]);
      expect([...indices]).toEqual([...indices].sort((a, b) => a - b));
      expect(Array.from(indices, (index) => dense[k]![index])).toEqual([...values]);
      expect(dense[k]!.filter((x) => x !== 0)).toHaveLength(values.length);
    });
  });
  it('fades document counts by half-life, in documents and in event time, whatever the order', async () => {
    const [, , last] = await run(['aa', 'bb', 'aa bb'], tfIdf({ memory: { halfLife: 1 }, norm: 'none' }));
    // Before it "aa" weighs 1/2 and "bb" 1.
    expect(last).toEqual({
      aa: expect.closeTo(Math.log(2.5 / 1.5) + 1, 12),
      bb: expect.closeTo(Math.log(2.5 / 2) + 1, 12),
    });
    const timed = tfIdf<{ t: number; x: string }>({
      memory: { halfLife: '1s' },
      norm: 'none',
      value: ({ x }) => x,
      time: ({ t }) => t,
    });
    const records = [
      { t: 0, x: 'aa' },
      { t: 1000, x: 'bb' },
      { t: 1000, x: 'aa bb' },
    ];
    const late = [records[1]!, records[0]!, records[2]!];
    for (const order of [records, late]) expect((await run(order, timed))[2]!.normalized).toEqual(last);
    const years = await run(
      Array.from({ length: 3000 }, (_, k) => `aa w${k % 3}`),
      tfIdf({ memory: { halfLife: 2 }, norm: 'none' }),
    );
    // 1 + 2^(−1/2) + … = 3.414 documents, however many there were, over many bases.
    expect((years[2999] as Record<string, number>).aa).toBeCloseTo(1, 9);
    const n = 1 / (1 - 2 ** -0.5);
    expect((years[2999] as Record<string, number>).w2).toBeCloseTo(
      Math.log((1 + n) / (1 + 2 ** -1 / (1 - 2 ** -1.5))) + 1,
      9,
    );
  });
  it('has no weights for a text of no words, which counts as a document', async () => {
    const weights = await run(['', '...', 'aa'], tfIdf({ norm: 'none' }));
    expect(weights).toEqual([{}, {}, { aa: Math.log(3) + 1 }]);
    const [sparse] = await run([''], tfIdf({ output: 'sparse' }));
    expect(sparse).toEqual({ indices: new Int32Array(0), values: new Float64Array(0) });
    expect(await run([''], tfIdf({ output: 'dense', maxTerms: 2 }))).toEqual([Float64Array.of(0, 0)]);
  });
  it('leaves new terms out, makes room for them, or refuses them once the vocabulary is full', async () => {
    const texts = ['aa bb', 'aa bb', 'aa cc', 'cc dd'];
    const ignored = await run(texts, tfIdf({ maxTerms: 2, norm: 'none', idf: 'none' }));
    expect(ignored).toEqual([{ aa: 1, bb: 1 }, { aa: 1, bb: 1 }, { aa: 1 }, {}]);
    const value = (text: string) => text;
    const pruned = await run(texts, tfIdf({ maxTerms: 2, whenFull: 'prune', norm: 'none', idf: 'none', value }));
    expect(pruned.map(({ normalized, epoch }) => [normalized, epoch])).toEqual([
      [{ aa: 1, bb: 1 }, 0],
      [{ aa: 1, bb: 1 }, 0],
      [{ aa: 1, cc: 1 }, 1],
      [{ cc: 1, dd: 1 }, 2],
    ]);
    const refused = await run(texts, tfIdf({ maxTerms: 2, whenFull: 'refuse', norm: 'none', idf: 'none', value }));
    expect(refused.map(({ normalized, unfit }) => normalized ?? unfit)).toEqual([
      { aa: 1, bb: 1 },
      { aa: 1, bb: 1 },
      'expected at most 2 terms in all, got 1 new ones more than there is room for',
      'expected at most 2 terms in all, got 2 new ones more than there is room for',
    ]);
  });
  it('says of what is no text what it is', async () => {
    const odd = [7, true, ['aa'], 'a\ud800b', Uint8Array.of(0x61, 0x62, 0xff, 0x63), Buffer.from('aa bb'), null];
    const scored = await run(odd, tfIdf({ value: (x: unknown) => x, norm: 'none' }));
    expect(scored.map(({ normalized, unfit }) => unfit ?? normalized)).toEqual([
      'expected text, got 7',
      'expected text, got true',
      'expected text, got ["aa"]',
      'expected Unicode text, got half of a surrogate pair at 1',
      'expected UTF-8, got the byte 0xff at 2',
      { aa: 1, bb: 1 },
      null,
    ]);
    expect(scored[5]!.count).toBe(0); // nothing was learnt before
  });
  it('hashes to as many positions as there are, with weights by position', async () => {
    const hashed = (await run(CORPUS, tfIdf({ features: 1 << 16, order: 'learn-first' }))) as SparseVector[];
    const grown = await run(CORPUS, tfIdf({ order: 'learn-first' }));
    const sorted = (values: Iterable<number>) => [...values].map((x) => x.toFixed(9)).sort();
    CORPUS.forEach((_, k) => {
      expect(sorted(hashed[k]!.values)).toEqual(sorted(Object.values(grown[k] as Record<string, number>)));
    });
    const [one] = (await run(['aa bb aa'], tfIdf({ features: 1, norm: 'none', idf: 'none' }))) as SparseVector[];
    expect(one).toEqual({ indices: Int32Array.of(0), values: Float64Array.of(3) });
  });
});

describe('hashFeatures', () => {
  it('counts terms with a sign at positions that do not change, at length 1', async () => {
    const [a, b] = (await run(
      ['disk disk full', 'full of disk disk'],
      hashFeatures({ stopWords: ['of'] }),
    )) as SparseVector[];
    expect(a).toEqual(b);
    expect(Array.from(a!.values, Math.abs).sort()).toEqual(
      [1 / Math.sqrt(5), 2 / Math.sqrt(5)].map((x) => expect.closeTo(x, 12)),
    );
    const [dense] = (await run(
      ['disk disk full'],
      hashFeatures({ output: 'dense', features: 4096 }),
    )) as Float64Array[];
    expect(Array.from(a!.indices, (index) => dense![index])).toEqual([...a!.values]);
  });
});

describe('tokenIds', () => {
  it('gives each term an id that stays its own, from the text after the one that had it first', async () => {
    const texts = ['disk full', 'disk ok', 'full disk new'];
    expect((await run(texts, tokenIds())).map((ids) => [...ids!])).toEqual([
      [1, 1],
      [2, 1],
      [3, 2, 1],
    ]);
    expect((await run(texts, tokenIds({ order: 'learn-first' }))).map((ids) => [...ids!])).toEqual([
      [2, 3],
      [2, 4],
      [3, 2, 5],
    ]);
    expect((await run(texts, tokenIds({ order: 'learn-first', maxTerms: 2 }))).map((ids) => [...ids!])).toEqual([
      [2, 3],
      [2, 1],
      [3, 2, 1],
    ]);
  });
  // Keras: pad_sequences(padding='pre' | 'post', truncating='pre' | 'post').
  it('pads and cuts at either end, and says what is there', async () => {
    const texts = ['aa bb cc', 'aa', ''];
    const ids = async (padding: 'pre' | 'post', truncation: 'pre' | 'post') =>
      (await run(texts, tokenIds({ order: 'learn-first', length: 2, padding, truncation, mask: true }))).map((each) => [
        [...each!.ids],
        [...each!.mask],
      ]);
    expect(await ids('post', 'post')).toEqual([
      [
        [2, 3],
        [1, 1],
      ],
      [
        [2, 0],
        [1, 0],
      ],
      [
        [0, 0],
        [0, 0],
      ],
    ]);
    expect(await ids('pre', 'pre')).toEqual([
      [
        [3, 4],
        [1, 1],
      ],
      [
        [0, 2],
        [0, 1],
      ],
      [
        [0, 0],
        [0, 0],
      ],
    ]);
  });
});

describe('text in records', () => {
  const records = Array.from({ length: 60 }, (_, k) => ({
    host: `h${k % 3}`,
    message: `disk sda${k % 7} on node ${k} is ${k % 2 === 0 ? 'full' : 'Öffnung'}`,
  }));
  const fields = {
    message: { method: 'tf-idf', ngrams: [1, 2], maxTerms: 40, whenFull: 'prune', memory: { halfLife: 10 } },
  } as const;
  const ndjson = records.map((record) => `${JSON.stringify(record)}\n`).join('');

  it('comes out of a pipeline as out of the operator, and goes on from a checkpoint to the last bit', async () => {
    const config = { record: { key: 'host' }, fields, batch: { maxLength: 9 } };
    const { output } = await runConfig(ndjson, config);
    expect((await runConfig(ndjson, config, { stops: 4 })).output === output).toBe(true);
    const table = new SeriesTable();
    const first = await run(records.slice(0, 31), normalize({ key: 'host', fields, table }));
    const restored = SeriesTable.fromBytes(table.toBytes());
    const rest = await run(records.slice(31), normalize({ key: 'host', fields, table: restored }));
    expect([...first, ...rest]).toEqual(recordsOf(output));
    expect(recordsOf(output).at(-1)!.epoch.message).toBeGreaterThan(0);
  });
  it('is counted by the terms that a full vocabulary leaves out, over a restart too', async () => {
    const rows = [
      { a: 'aa bb cc cc', b: 'aa bb cc', c: 'on' },
      { a: 'dd', b: 'aa dd', c: 'off' },
      { a: null, b: 'bb', c: 'on' },
    ];
    const few = {
      a: { method: 'tf-idf', maxTerms: 2 }, // cc, cc, dd
      b: { method: 'token-ids', maxTerms: 2, length: 1 }, // cc, dd
      c: { method: 'frequency', maxTerms: 1 }, // off
    } as const;
    const table = new SeriesTable();
    await run(rows, normalize({ fields: few, table }));
    expect(table.counters.leftOut).toBe(6);
    const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    const { summary } = await runConfig(lines, { fields: few, batch: { maxLength: 1 } }, { stops: 2 });
    expect(summary.leftOut).toBe(6);
    // All of three terms are more than a vocabulary of two has room for, whatever it gives up for them.
    const pruning = new SeriesTable();
    const tight = { a: { method: 'tf-idf', maxTerms: 2, whenFull: 'prune' } } as const;
    await run([{ a: 'aa bb' }, { a: 'cc dd ee' }], normalize({ fields: tight, table: pruning }));
    expect(pruning.counters.leftOut).toBe(1);
    const roomy = new SeriesTable();
    await run(rows, normalize({ fields: { a: 'tf-idf', b: 'token-ids', c: 'frequency' }, table: roomy }));
    expect(roomy.counters.leftOut).toBe(0);
  });
  it('that is no UTF-8 is a bad record, and teaches nothing', async () => {
    const bad = Buffer.concat([
      Buffer.from('{"host":"h0","message":"disk \u00e4'),
      Buffer.of(0xc3, 0x28),
      Buffer.from('"}\n'),
    ]);
    const config = { record: { key: 'host' }, fields };
    const { output, dead } = await runConfig(Buffer.concat([bad, Buffer.from(ndjson)]), config);
    expect(dead).toEqual([
      expect.objectContaining({ line: 1, reason: 'message: expected UTF-8, got the byte 0xc3 at 7' }),
    ]);
    expect(output === (await runConfig(ndjson, config)).output).toBe(true);
    const csv = `host,message\nh0,[WARN] 007\nh0,"say ""disk"""\nh0,\n`;
    const { output: rows } = await runConfig(
      csv,
      { record: { key: 'host' }, fields: { message: 'token-ids' } },
      { format: 'csv' },
    );
    expect(rows).toBe('host,message,message_normalized\nh0,[WARN] 007,"[1,1]"\nh0,"say ""disk""","[1,1]"\nh0,,\n');
  });
});
