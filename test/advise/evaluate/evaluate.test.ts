import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../src/advise/evaluate/evaluate.js';
import { Shewhart } from '../../../src/drift/shewhart.js';
import { textbookSeries } from '../../support/textbook-series.js';

const { levels, normal, heavyTailed } = textbookSeries(11);
const labels = [500, 1000, 1500].map((start) => ({ start, end: start + 20 }));

describe('evaluate', () => {
  it('sets configurations side by side, by field', () => {
    const a = normal();
    const b = heavyTailed();
    const records = Array.from(a, (_, i) => ({ a: a[i], b: b[i] }));
    const found = evaluate(records, {
      configurations: {
        plain: 'z-score',
        robust: { method: 'robust', unitVariance: true },
        one: (f) => (f === 'b' ? { ddof: 0 } : undefined),
      },
    });
    expect(found.map(({ field, configuration }) => `${field} ${configuration}`)).toEqual([
      'a plain',
      'a robust',
      'b plain',
      'b robust',
      'b one',
    ]);
    const of = (field: string, name: string) => found.find((one) => one.field === field && one.configuration === name)!;
    expect(of('a', 'plain').logScore).toBeGreaterThan(of('a', 'robust').logScore);
    expect(of('b', 'robust').logScore).toBeGreaterThan(of('b', 'plain').logScore + 0.1);
    expect(of('b', 'one').logScore).toBe(of('b', 'plain').logScore);
  });

  it('knows the log score of a normal law: −½ ln 2πe σ², less what learning costs', () => {
    const [found] = evaluate(normal(), { configurations: { z: 'z-score' } });
    const best = -0.5 * Math.log(2 * Math.PI * Math.E * 9);
    expect(found!.logScore).toBeGreaterThan(best - 0.03);
    expect(found!.logScore).toBeLessThan(best + 0.03);
    expect(found!.calibration.deviation).toBeCloseTo(1, 1);
    expect(found!.calibration.distance).toBeLessThan(0.04);
  });

  it('scores the density in the unit of the series: the change of variable is in it, whatever the method', () => {
    const values = textbookSeries(12).lognormal();
    const scores = (factor: number) =>
      evaluate(
        values.map((x) => x * factor),
        { configurations: { a: 'adaptive', m: 'min-max', b: { method: 'power', family: 'box-cox' }, q: 'quantile' } },
      ).map(({ logScore }) => logScore);
    const [plain, scaled] = [scores(1), scores(1024)];
    plain.forEach((score, i) => expect(scaled[i]! + Math.log(1024), `candidate ${i}`).toBeCloseTo(score, 1.5));
  });

  it('meets the labels with the epochs of the method, and of detectors on its output', () => {
    const found = evaluate(levels(), {
      configurations: { adaptive: 'adaptive', plain: 'z-score' },
      labels,
      after: 60,
      detectors: { shewhart: () => new Shewhart() },
    });
    const [adaptive, plain] = found;
    const own = adaptive!.alarms[0]!;
    expect(own).toMatchObject({ by: 'epochs', scores: { precision: 1, episodeRecall: 1, missed: 0 } });
    expect(own.scores!.delay).toBeLessThan(30);
    expect(own.at['']!).toHaveLength(own.alarms);
    expect(plain!.alarms[0]).toMatchObject({ alarms: 0, scores: { episodeRecall: 0 } });
    expect(plain!.alarms[1]!.by).toBe('shewhart');
    expect(plain!.alarms[1]!.alarms).toBeGreaterThan(0);
    expect(adaptive!.labelled!.bias).toBeLessThan(plain!.labelled!.bias);
  });

  it('tells the value at which any method was renormalized', () => {
    const drift = { detector: 'joint', policy: 'reset' } as const;
    const [found] = evaluate(levels(), { configurations: { reset: { method: 'z-score', drift } }, labels, after: 60 });
    expect(found!.label).toBe('z-score, reset on joint');
    expect(found!.alarms[0]!.scores).toMatchObject({ hits: 3, missed: 0 });
    // The detector alone, on the values themselves, first sounds at the same one: the epoch began with that value, not after it.
    const [watched] = evaluate(levels(), { configurations: { raw: 'none' }, detectors: { joint: 'joint' } });
    expect(found!.alarms[0]!.at['']![0]).toBe(watched!.alarms[1]!.at['']![0]);
  });

  it('counts alarms without judging them where nothing is labelled', () => {
    const [found] = evaluate(levels(), { configurations: { adaptive: 'adaptive' } });
    expect(found!.alarms[0]).toMatchObject({ alarms: 3, falseAlarmRate: 1.5 });
    expect(found!.alarms[0]!.scores).toBeUndefined();
    expect(found!.labelled).toBeUndefined();
  });

  it('reads labels by key, field and time', () => {
    const [a, b] = [levels(), normal()];
    const start = Date.UTC(2026, 0, 1);
    const records = Array.from({ length: 4000 }, (_, i) => ({
      id: i % 2 ? 'b' : 'a',
      v: (i % 2 ? b : a)[i >> 1],
      ts: start + i * 1000,
    }));
    const timed = labels.map((label) => ({
      start: new Date(start + label.start * 2000).toISOString(),
      end: start + label.end * 2000,
      key: 'a',
    }));
    const [found] = evaluate(records, {
      key: 'id',
      time: 'ts',
      configurations: { adaptive: 'adaptive' },
      labels: [...timed, { start: 0, end: 9, field: 'other' }],
      after: 60,
    });
    expect(found!.alarms[0]!.scores).toMatchObject({ windows: 3, missed: 0, precision: 1 });
  });

  it('tries a change of level and of spread on the series itself', () => {
    const [adaptive, plain] = evaluate(normal(), { configurations: { adaptive: 'adaptive', plain: 'z-score' } });
    expect(adaptive!.changes!.level.jump).toBeGreaterThan(4);
    expect(adaptive!.changes!.level.recovery).toBeLessThan(100);
    expect(adaptive!.changes!.scale.scaleRecovery).toBeLessThan(200);
    expect(plain!.changes!.level.recovery).toBe(Number.POSITIVE_INFINITY);
  });

  it.each([
    [{ configurations: {} }, 'configurations'],
    [{ configurations: { a: { method: 'z-score', range: [0, 1] } } }, 'range'],
    [{ configurations: { a: { memory: { halfLife: '5m' } } } }, 'time'],
    [{ configurations: { a: 'z-score' }, detectors: { x: 'nonsense' } }, 'detector'],
    [{ configurations: { a: 'z-score' }, labels: [{ start: 5, end: 3 }] }, 'labels'],
    [{ configurations: { a: 'z-score' }, labels: [{ start: 'soon' }] }, 'labels'],
  ] as const)('refuses %j', (options, option) => {
    expect(() => evaluate([1, 2, 3], options as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', option }),
    );
  });
});
