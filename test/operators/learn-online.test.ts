import { from, lastValueFrom, map, type OperatorFunction, of, range, Subject, take, tap, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import {
  batchNormalize,
  type Learnt,
  learnOnline,
  microBatch,
  normalize,
  renormalizeOnDrift,
} from '../../operators/index.js';
import type { LearnerEvent } from '../../src/learn/learner-event.js';
import { LinearLearner } from '../../src/learn/linear-learner.js';
import { LogisticLearner } from '../../src/learn/logistic-learner.js';
import { SeriesTable } from '../../src/series/series-table.js';
import { obeysOperatorLaws } from '../laws/operator-laws.js';
import { PortableStream } from '../support/portable-stream.js';

interface Reading {
  id: string;
  x: number | null;
  y: number | null;
}

const linear = (inputs = 1) => new LinearLearner({ inputs, rate: 0.05, biasRate: 0.05 });
const onReadings = { features: (r: Reading) => [r.x], target: (r: Reading) => r.y };
const run = <T, R>(records: readonly T[], operator: OperatorFunction<T, R>): Promise<R[]> =>
  lastValueFrom(from(records as T[]).pipe(operator, toArray()));

/** y = 3x + 2. */
function readings(length: number, seed = 1): Reading[] {
  const stream = new PortableStream(seed);
  return Array.from({ length }, (_, i) => {
    const x = stream.gaussian();
    return { id: i % 2 === 0 ? 'a' : 'b', x, y: 3 * x + 2 };
  });
}

obeysOperatorLaws('learnOnline', () =>
  learnOnline(linear(), { features: (x: number) => [x], target: (x: number) => 2 * x }),
);
obeysOperatorLaws('learnOnline with a model that is not ours', () =>
  learnOnline<number>({ predict: (x) => x[0]!, learn: () => {} }, { features: (x) => [x], target: (x) => 2 * x }),
);

describe('learnOnline', () => {
  it('predicts each record by those before it, hands it over, then learns it', async () => {
    const log: string[] = [];
    const model = {
      predict: (x: Float64Array) => 0 * log.push(`predict ${x[0]}`),
      learn: (x: Float64Array, y: number) => log.push(`learn ${x[0]} ${y}`),
    };
    await lastValueFrom(
      of(1, 2).pipe(
        learnOnline(model, { features: (x) => [x], target: (x) => 10 * x }),
        tap(({ record }) => log.push(`out ${record}`)),
      ),
    );
    expect(log).toEqual(['predict 1', 'out 1', 'learn 1 10', 'predict 2', 'out 2', 'learn 2 20']);
  });

  it('learns what there is to learn, and says how good it has been', async () => {
    const out = await run(readings(500), learnOnline(linear(), onReadings));
    const last = out.at(-1)!;
    expect(last.prediction).toBeCloseTo(last.target!, 3);
    const losses = out.map(({ loss }) => loss!);
    expect(losses[0]).toBe(out[0]!.target! ** 2);
    expect(last.prequential.count).toBe(500);
    expect(last.prequential.cumulative).toBeCloseTo(losses.reduce((sum, loss) => sum + loss, 0) / 500, 10);
    expect(last.prequential.windowed).toBeCloseTo(losses.slice(-200).reduce((sum, loss) => sum + loss, 0) / 200, 12);
    expect(last.prequential.decayed).toBeLessThan(last.prequential.cumulative);
  });

  it('takes fields by name, of what was normalized too', async () => {
    const records = readings(400).map(({ x, y }) => ({ deg: 5000 + 20 * x!, y: y! }));
    const out = await lastValueFrom(
      from(records).pipe(
        normalize({ fields: { deg: { method: 'z-score', warmup: 20 } } }),
        learnOnline(linear(), { features: ['normalized.deg'], target: ({ y }) => y }),
        toArray(),
      ),
    );
    expect(out[0]).toMatchObject({
      prediction: null,
      status: 'skipped',
      reason: expect.stringContaining('features[0]'),
    });
    expect(out.at(-1)!.prequential.windowed).toBeLessThan(0.05);
  });

  it('has the state of before a record while it hands it over, and of after it right behind', async () => {
    const table = new SeriesTable();
    const inside: Uint8Array[] = [];
    const behind: Uint8Array[] = [];
    const source = new Subject<Reading>();
    source.pipe(learnOnline(linear(), { ...onReadings, table })).subscribe(() => inside.push(table.toBytes()));
    for (const reading of readings(20)) {
      source.next(reading);
      behind.push(table.toBytes());
    }
    expect(inside.slice(2)).toEqual(behind.slice(1, -1));
    expect(inside[5]).not.toEqual(behind[5]);
  });

  it('goes on from a saved table to the last bit, with everything that it keeps', async () => {
    const options = {
      ...onReadings,
      key: (r: Reading) => r.id,
      earlyStopping: { patience: 40 },
      scaleTarget: { halfLife: 50 },
      selection: true,
    } as const;
    const make = (table: SeriesTable) =>
      learnOnline(new LinearLearner({ inputs: 1, optimizer: 'adam' }), { ...options, table });
    const records = readings(400);
    const whole = await run(records, make(new SeriesTable()));
    const table = new SeriesTable();
    await run(records.slice(0, 250), make(table));
    const rest = await run(records.slice(250), make(SeriesTable.fromBytes(table.toBytes())));
    expect(rest).toEqual(whole.slice(250));
  });

  it('learns the last record that a subscriber takes', async () => {
    const table = new SeriesTable();
    const model = linear();
    await lastValueFrom(from(readings(10)).pipe(learnOnline(model, { ...onReadings, table }), take(4)));
    expect(model.steps).toBe(4);
  });

  it('is a model for each key, whose keys share nothing', async () => {
    const records = readings(300).map((r) => (r.id === 'b' ? { ...r, y: -r.y! } : r));
    const keyed = await run(records, learnOnline(linear(), { ...onReadings, key: (r) => r.id }));
    for (const id of ['a', 'b']) {
      const alone = await run(
        records.filter((r) => r.id === id),
        learnOnline(linear(), onReadings),
      );
      expect(keyed.filter(({ key }) => key === id).map(({ prediction }) => prediction)).toEqual(
        alone.map(({ prediction }) => prediction),
      );
    }
  });

  it('predicts what has no target and does not learn it, and never shows the model what lacks a feature', async () => {
    const seen: number[] = [];
    const model = { predict: (x: Float64Array) => x[0]!, learn: (x: Float64Array) => seen.push(x[0]!) };
    const records: Reading[] = [
      { id: '', x: 1, y: null },
      { id: '', x: null, y: 1 },
      { id: '', x: Number.NaN, y: 1 },
      { id: '', x: 2, y: Number.NaN },
      { id: '', x: 3, y: 4 },
    ];
    const table = new SeriesTable();
    const out = await run(records, learnOnline(model, { ...onReadings, table }));
    expect(out.map(({ prediction }) => prediction)).toEqual([1, null, null, 2, 3]);
    expect(out.map(({ loss }) => loss)).toEqual([null, null, null, null, 1]);
    expect(seen).toEqual([3]);
    expect(table.counters.missing).toBe(2);
    const imputed = await run(records, learnOnline(model, { ...onReadings, missing: 'impute' }));
    expect(imputed.map(({ prediction }) => prediction)).toEqual([1, 0, 0, 2, 3]);
    await expect(run(records, learnOnline(model, { ...onReadings, missing: 'error' }))).rejects.toMatchObject({
      code: 'MISSING_VALUE',
    });
  });

  it('leaves a record of another shape aside, saying what was expected', async () => {
    const out = await run(
      [[1, 2], [1], [1, 2, 3], [3, 4]],
      learnOnline(linear(2), { features: (x: number[]) => x, target: () => 1 }),
    );
    expect(out.map(({ reason }) => reason)).toEqual([
      null,
      'features must be 2 numbers, got 1',
      'features must be 2 numbers, got 3',
      null,
    ]);
  });

  it.each([
    ['answers NaN', () => Number.NaN, () => {}, 'it predicted NaN, which is no finite number'],
    ['answers text', () => 'high' as never, () => {}, 'it predicted high, which is no finite number'],
    ['throws when it predicts', () => { throw new Error('no weights'); }, () => {}, 'no weights'],
    ['throws when it learns', () => 1, () => { throw new Error('no gradient'); }, 'no gradient'],
    ['rejects when it learns', () => 1, () => Promise.reject(new Error('device lost')), 'device lost'],
    ['rejects when it predicts', () => Promise.reject(new Error('device lost')), () => {}, 'device lost'],
  ])('stops a model that %s, says so once, and goes on without it', async (_, predict, learn, why) => {
    const events: LearnerEvent[] = [];
    const out = await run(readings(4), learnOnline({ predict, learn }, { ...onReadings, onEvent: (e) => events.push(e) }));
    expect(out).toHaveLength(4);
    expect(out.at(-1)).toMatchObject({ prediction: null, status: 'stopped', reason: expect.stringContaining(why) });
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ kind: 'stopped', reason: expect.stringMatching(/^the model failed at record [01]: /) });
  }); // biome-ignore format: a row each

  it('stops the model of one key, its state being as before, and of no other', async () => {
    const model = new LinearLearner({ inputs: 1, clipGradient: Number.POSITIVE_INFINITY });
    const table = new SeriesTable();
    const records = readings(100).map((r, i) => (i === 50 || i === 52 ? { ...r, x: 1e150 } : r));
    const out = await run(records, learnOnline(model, { ...onReadings, key: (r) => r.id, table }));
    expect(out.filter(({ status }) => status === 'stopped').map(({ key }) => key)).toEqual(Array(24).fill('a'));
    const [column] = table.columns;
    expect(column!.stateOf(table.find('a')).every(Number.isFinite)).toBe(true);
    expect(out.at(-1)).toMatchObject({ key: 'b', status: 'learning' });
  });

  it('waits for a model that takes its time, in order, and for its last step', async () => {
    const log: string[] = [];
    const later = (what: string) => new Promise<number>((resolve) => setTimeout(() => resolve(0 * log.push(what)), 1));
    const model = {
      predict: (x: Float64Array) => later(`predict ${x[0]}`),
      learn: (x: Float64Array) => later(`learn ${x[0]}`),
    };
    await lastValueFrom(of(1, 2).pipe(learnOnline(model, { features: (x) => [x], target: (x) => x })));
    expect(log).toEqual(['predict 1', 'learn 1', 'predict 2', 'learn 2']);
  });

  it.each(['at once', 'later'])(
    'lets a record wait that comes of the output of another; the model answers %s',
    async (when) => {
      const log: string[] = [];
      const say = (what: string) => (when === 'later' ? Promise.resolve(0 * log.push(what)) : 0 * log.push(what));
      const model = {
        predict: (x: Float64Array) => say(`predict ${x[0]}`),
        learn: (x: Float64Array) => say(`learn ${x[0]}`),
      };
      const source = new Subject<number>();
      const ended = lastValueFrom(
        source.pipe(
          learnOnline(model, { features: (x) => [x], target: (x) => x }),
          tap(({ record }) => {
            log.push(`out ${record}`);
            if (record < 3) source.next(record + 1);
            else source.complete();
          }),
          toArray(),
        ),
      );
      source.next(1);
      expect((await ended).map(({ record }) => record)).toEqual([1, 2, 3]);
      expect(log).toEqual([1, 2, 3].flatMap((i) => [`predict ${i}`, `out ${i}`, `learn ${i}`]));
    },
  );

  it('does not learn what nobody was handed', async () => {
    const log: string[] = [];
    const source = new Subject<number>();
    const model = {
      predict: (x: Float64Array) => Promise.resolve(0 * log.push(`predict ${x[0]}`)),
      learn: (x: Float64Array) => log.push(`learn ${x[0]}`),
    };
    const subscription = source.pipe(learnOnline(model, { features: (x) => [x], target: (x) => x })).subscribe();
    source.next(1);
    source.next(2);
    subscription.unsubscribe();
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(log).toEqual(['predict 1']);
  });

  it('errors the stream for a fault of an accessor, with what came before it handed over and learnt', async () => {
    const out: number[] = [];
    const model = linear();
    const target = (x: number) => {
      if (x === 3) throw new Error('no such column');
      return x;
    };
    const operator = learnOnline(model, { features: (x: number) => [x], target });
    await expect(
      lastValueFrom(
        of(1, 2, 3, 4).pipe(
          operator,
          tap(({ record }) => out.push(record)),
        ),
      ),
    ).rejects.toThrow('no such column');
    expect([out, model.steps]).toEqual([[1, 2], 2]);
  });

  it('gives a model targets on a common scale, and its predictions their unit back', async () => {
    const records = readings(600).map((r) => ({ ...r, y: 1e6 + 5e4 * r.y! }));
    const scaled = await run(records, learnOnline(linear(), { ...onReadings, scaleTarget: true }));
    const last = scaled.at(-1)!;
    expect(Math.abs(last.prediction! - last.target!)).toBeLessThan(1e3);
    const raw = await run(records, learnOnline(linear(), onReadings));
    expect(scaled[20]!.prequential.cumulative).toBeLessThan(0.2 * raw[20]!.prequential.cumulative);
  });

  it('freezes a model that has learnt all it can, and thaws it when things change', async () => {
    const events: LearnerEvent[] = [];
    const stream = new PortableStream(4);
    const records = readings(3000).map((r, i) => ({ ...r, y: (i < 2000 ? 3 : -3) * r.x! + 0.1 * stream.gaussian() }));
    const options = { ...onReadings, onEvent: (e: LearnerEvent) => events.push(e) };
    const model = linear();
    const out = await run(records, learnOnline(model, { ...options, earlyStopping: { patience: 200 } }));
    expect(events.slice(0, 2).map(({ kind, index }) => `${kind} ${index < 2000 ? 'before' : 'after'}`)).toEqual([
      'frozen before',
      'thawed after',
    ]);
    expect(events[1]!.index).toBeLessThan(2100);
    const frozen = out.filter(({ status }) => status === 'frozen');
    expect(frozen.length).toBeGreaterThan(500);
    expect(model.steps).toBeLessThan(3000 - 500);
    expect(out.at(-1)!.prequential.windowed).toBeLessThan(0.05);
  });

  it('leaves out a feature whose sensor is stuck, so that the model knows it when it is back', async () => {
    const stream = new PortableStream(6);
    const records = Array.from({ length: 4100 }, (_, i) => {
      const [a, b, noise] = [stream.gaussian(), stream.gaussian(), stream.gaussian()];
      return { a, b: i >= 3000 && i < 4000 ? 2.5 : b, y: a + b + 0.1 * noise };
    });
    type Both = (typeof records)[number];
    const events: string[] = [];
    const afterwards = async (selection: boolean) => {
      const out = await run(
        records,
        learnOnline(new LinearLearner({ inputs: 2, rate: 0.001, biasRate: 0.001 }), {
          features: ({ a, b }: Both) => [a, b],
          target: ({ y }) => y,
          selection,
          onEvent: (e) => events.push('input' in e ? `${e.input} ${e.because}` : e.kind),
        }),
      );
      return out.slice(-99).reduce((sum, { loss }) => sum + loss!, 0) / 99;
    };
    expect(await afterwards(true)).toBeLessThan(0.2 * (await afterwards(false)));
    expect(events).toEqual(['1 flat', '1 null']);
  });

  it('refuses what has no meaning, by name', () => {
    const model = linear();
    const own = { predict: () => 0, learn: () => {} };
    const attempt =
      (options: object, of: object = model) =>
      () =>
        learnOnline(of as never, options as never);
    expect(attempt(onReadings, {})).toThrow('model must be an object with predict and learn');
    expect(attempt({ features: ['x', 'y'], target: () => 1 })).toThrow(
      'features must be 1 fields, as the model has inputs',
    );
    expect(attempt({ features: ['x'] })).toThrow('target must be a function of the record');
    expect(attempt({ ...onReadings, loss: 'log' })).toThrow('loss must be "squared" or "absolute"');
    expect(attempt({ ...onReadings, loss: 'hinge' })).toThrow('loss must be one of "squared"');
    expect(attempt({ ...onReadings, key: () => '' }, own)).toThrow('key must be absent');
    expect(attempt({ ...onReadings, renormalizations: () => [] }, own)).toThrow('the model has no correct');
    expect(attempt({ ...onReadings, selection: true }, own)).toThrow('selection must be absent');
    expect(attempt({ target: () => 1, missing: 'skip' })).toThrow('missing must be absent: only records');
    expect(attempt({ ...onReadings, patience: 3 })).toThrow('patience must be absent: there is no such option');
    expect(attempt({ ...onReadings, earlyStopping: { patience: 0 } })).toThrow('earlyStopping.patience must be');
    expect(attempt({ ...onReadings, scaleTarget: true }, new LogisticLearner({ inputs: 1 }))).toThrow(
      'scaleTarget must be absent',
    );
    expect(attempt({ ...onReadings, window: 1 })).toThrow('window must be an integer from 3');
    expect(attempt({ ...onReadings, table: {} })).toThrow('table must be a SeriesTable');
  });
});

describe('a renormalization behind which a model stands', () => {
  /** A level of 20 that jumps to 32: renormalizeOnDrift begins an epoch. */
  const source = () => {
    const stream = new PortableStream(8);
    return Array.from({ length: 1200 }, (_, i) => {
      const level = i < 800 ? 20 : 32;
      const celsius = level + 2 * stream.gaussian();
      return { celsius, power: 50 + 3 * celsius + stream.gaussian() };
    });
  };
  type Scored = { record: { celsius: number; power: number }; normalized: number | null; renormalized: unknown };
  const behind = (corrects: boolean) =>
    lastValueFrom(
      from(source()).pipe(
        renormalizeOnDrift({ value: (r) => r.celsius, warmup: 30 }),
        learnOnline(new LinearLearner({ inputs: 1, rate: 0.01, biasRate: 0.01 }), {
          features: (s) => [s.normalized],
          target: (s) => s.record.power,
          ...(corrects && {
            renormalizations: (s) => (s.renormalized === null ? null : [{ part: 0, change: s.renormalized }]),
          }),
        }),
        toArray(),
      ),
    ) as unknown as Promise<Learnt<Scored>[]>;

  it('makes a spike of the loss, but for a model that is corrected', async () => {
    const [corrected, plain] = [await behind(true), await behind(false)];
    const at = plain.findIndex(({ record }) => record.renormalized !== null && record.record.celsius > 27);
    expect(at).toBeGreaterThan(799);
    const mean = (out: Learnt<Scored>[]) => out.slice(at + 1, at + 21).reduce((sum, { loss }) => sum + loss!, 0) / 20;
    const usual = plain[790]!.prequential.windowed;
    expect(mean(plain)).toBeGreaterThan(100 * usual);
    expect(mean(corrected)).toBeLessThan(0.02 * mean(plain));
    expect(mean(corrected)).toBeLessThan(10 * usual);
  });
});

describe('learnOnline on micro-batches', () => {
  const records = readings(512).map((r) => ({ x: 50 + 4 * r.x!, y: r.y! }));
  const batches = () =>
    from(records).pipe(microBatch({ fields: { x: (r: { x: number; y: number }) => r.x }, maxLength: 32 }));
  const target = (r: { y: number }) => r.y;

  it('predicts all records of a batch before it learns any', async () => {
    const log: string[] = [];
    const model = {
      predict: (x: Float64Array) => 0 * log.push(`p${x[0]}`),
      learn: (x: Float64Array) => log.push(`l${x[0]}`),
    };
    const three = of(1, 2, 3).pipe(microBatch({ fields: { x: (x: number) => x }, maxLength: 2 }));
    const out = await lastValueFrom(three.pipe(learnOnline<number>(model, { target: (x) => x }), toArray()));
    expect(log).toEqual(['p1', 'p2', 'l1', 'l2', 'p3', 'l3']);
    expect(out.map(({ loss }) => loss)).toEqual([2.5, 9]);
    expect(out[1]!.prequential.cumulative).toBeCloseTo(14 / 3, 14);
    expect(out[1]!.prequential.windowed).toBeCloseTo(14 / 3, 14);
  });

  it.each(['array', 'tensor'] as const)('takes what batchNormalize hands over: %s', async (output) => {
    const model = new LinearLearner({ inputs: 1, rate: 0.02, biasRate: 0.02 });
    const out = await lastValueFrom(
      batches().pipe(batchNormalize({ output }), learnOnline<{ x: number; y: number }>(model, { target }), toArray()),
    );
    expect(out).toHaveLength(16);
    expect(out.at(-1)!.loss).toBeLessThan(0.1 * out[0]!.loss!);
  });

  it('gives a model of batches the rows that are whole and have a target, and no other', async () => {
    const shapes: number[][] = [];
    const model = {
      predictBatch: ({ length }: { length: number }) => new Float64Array(length),
      learnBatch: (rows: { length: number; inputs: number; values: ArrayLike<number> | null }, targets: Float64Array) =>
        shapes.push([rows.length, rows.inputs, ...Array.from(rows.values!), ...targets]),
    };
    const given = [
      { x: 1, y: 2 },
      { x: Number.NaN, y: 3 },
      { x: 4, y: Number.NaN },
    ];
    const source = from(given).pipe(microBatch({ fields: { x: (r: { x: number; y: number }) => r.x }, maxLength: 8 }));
    const [out] = await lastValueFrom(source.pipe(learnOnline<{ x: number; y: number }>(model, { target }), toArray()));
    expect(Array.from(out!.predictions)).toEqual([0, Number.NaN, 0]);
    expect(shapes).toEqual([[1, 1, 1, 2]]);
  });

  it('stops a model of batches that answers NaN, and goes on', async () => {
    const model = {
      predictBatch: ({ length }: { length: number }) => new Float64Array(length).fill(Number.NaN),
      learnBatch: () => {},
    };
    const out = await lastValueFrom(
      batches().pipe(learnOnline<{ x: number; y: number }>(model, { target }), toArray()),
    );
    expect(out).toHaveLength(16);
    expect(out[15]).toMatchObject({
      loss: null,
      status: 'stopped',
      reason: 'the model failed at record 0: it predicted NaN, which is no finite number',
    });
  });

  it('errors the stream for what is no batch', async () => {
    await expect(
      lastValueFrom(range(0, 2).pipe(map(String) as never, learnOnline(linear(), { target: () => 1 }))),
    ).rejects.toThrow('batch must be a micro-batch');
  });
});
