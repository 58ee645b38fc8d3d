import { from, lastValueFrom, type OperatorFunction, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { frequencyEncode, normalize, sinCos } from '../../../operators/index.js';
import { recordsOf, runConfig } from '../../support/run-config.js';

const run = <T, R>(values: readonly T[], operator: OperatorFunction<T, R>): Promise<R[]> =>
  lastValueFrom(from(values).pipe(operator, toArray()));

describe('frequencyEncode', () => {
  const encode = (values: readonly unknown[], options: object) =>
    run(values, frequencyEncode({ value: (x: unknown) => x, ...options }));

  it('is the share of the values before', async () => {
    const scored = await encode(['ok', 'ok', 'fail', 'ok', null, '1', 1], {});
    expect(scored.map(({ normalized }) => normalized)).toEqual([null, 1, 0, 2 / 3, null, 0, 0]);
    const first = await encode(['ok', 'fail', 'ok'], { order: 'learn-first' });
    expect(first.map(({ normalized }) => normalized)).toEqual([1, 1 / 2, 2 / 3]);
  });
  it('fades, and makes room in another epoch', async () => {
    const scored = await encode(['a', 'b', 'a'], { memory: { halfLife: 1 } });
    expect(scored[2]!.normalized).toBeCloseTo(1 / 3, 12);
    const pruned = await encode(['a', 'a', 'b', 'c', 'a', 'c'], { maxTerms: 2, whenFull: 'prune' });
    expect(pruned.map(({ normalized, epoch }) => [normalized, epoch])).toEqual([
      [null, 0],
      [1, 0],
      [0, 0],
      [0, 0],
      [2 / 4, 1],
      [1 / 5, 1],
    ]);
    const refused = await encode(['a', 'b', 'a'], { maxTerms: 1, whenFull: 'refuse' });
    expect(refused.map(({ unfit }) => unfit)).toEqual([
      undefined,
      'expected at most 1 categories, got one more',
      undefined,
    ]);
  });
});

describe('sinCos', () => {
  it('is the point on the circle, as good for a large angle', async () => {
    const points = await run([0, 6, 24, 24e12 + 6, null], sinCos({ period: 24, value: (x) => x }));
    const near = (sin: number, cos: number) => [expect.closeTo(sin, 12), expect.closeTo(cos, 12)];
    expect(points.map(({ normalized }) => normalized)).toEqual([near(0, 1), near(1, 0), near(0, 1), near(1, 0), null]);
  });
});

describe('categories, truths, angles and counts in records', () => {
  const fields = {
    state: 'frequency',
    site: 'pass-through',
    open: 'boolean',
    wind: { method: 'sin-cos', period: 360 },
    hits: 'log1p',
    faults: 'square-root',
  } as const;
  const records = [
    { state: 'on', site: 'north', open: true, wind: 90, hits: 0, faults: 4 },
    { state: 'on', site: 7, open: 'no', wind: 0, hits: Math.E - 1, faults: 0.25 },
  ];

  it('come out of files, of CSV too, and out of the operator', async () => {
    const expected = [
      { state: null, site: 'north', open: 1, wind: [1, expect.closeTo(0, 12)], hits: 0, faults: 2 },
      { state: 1, site: 7, open: 0, wind: [0, 1], hits: expect.closeTo(1, 12), faults: 0.5 },
    ];
    const ndjson = records.map((record) => `${JSON.stringify(record)}\n`).join('');
    const { output } = await runConfig(ndjson, { fields });
    expect(recordsOf(output).map(({ normalized }) => normalized)).toEqual(expected);
    expect((await run(records, normalize({ fields }))).map(({ normalized }) => normalized)).toEqual(expected);
    const csv = `state,open,wind,hits,faults\n${records.map((r) => [r.state, r.open, r.wind, r.hits, r.faults].join(',')).join('\n')}\n`;
    const { site: _, ...inCsv } = fields;
    const rows = await runConfig(csv, { fields: inCsv }, { format: 'csv', outputFormat: 'ndjson' });
    expect(recordsOf(rows.output).map(({ normalized }) => normalized)).toEqual(
      expected.map(({ site, ...others }) => others),
    );
  });
  it('that are something else are bad records', async () => {
    const wrong = [{ open: 'ajar' }, { hits: -1 }, { faults: -2 }, { wind: 'north' }, { site: {} }, { state: [1] }];
    const ndjson = wrong.map((part) => `${JSON.stringify({ ...records[0], ...part })}\n`).join('');
    const { output, dead } = await runConfig(ndjson, { fields });
    expect(output).toBe('');
    expect(dead.map(({ reason }) => reason)).toEqual([
      'open: expected true or false, yes or no, on or off, 1 or 0, got text "ajar"',
      'hits: expected a number > -1, got -1',
      'faults: expected a number >= 0, got -2',
      'wind: expected a number, got text "north"',
      'site: expected text, a number, true or false, got an object',
      'state: expected text, a number, true or false, got [1]',
    ]);
  });
});
