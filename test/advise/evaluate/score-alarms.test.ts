import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scoreAlarms } from '../../../src/advise/evaluate/score-alarms.js';

const at = (...starts: number[]) => starts.map((start) => ({ start, end: start }));
const score = (alarms: number[], starts: number[]) => scoreAlarms(alarms, at(...starts), { after: 50, samples: 1000 });

describe('scoreAlarms', () => {
  // The vectors of river's evaluate.py.
  it('counts precision and false alarms', () => {
    expect(score([110, 900], [100])).toMatchObject({ precision: 0.5, falseAlarmRate: 1, hits: 1, missed: 0 });
  });
  it('tells alarms that are right from windows that are caught', () => {
    expect(score([110, 130], [100, 500])).toMatchObject({ recall: 2 / 3, episodeRecall: 0.5 });
  });
  it('means the delay over those caught', () => {
    expect(score([110, 530], [100, 500, 900]).delay).toBe(20);
  });
  it('means the time between false alarms', () => {
    expect(score([200, 300, 500], []).meanTimeBetweenFalseAlarms).toBe(150);
  });
  it('weighs both against what was missed', () => {
    expect(score([110, 400, 700], [100, 900]).meanTimeRatio).toBe(15);
  });
  it('knows nothing of the precision of no alarm', () => {
    const scores = score([], [100]);
    expect(scores).toMatchObject({
      precision: Number.NaN,
      recall: 0,
      episodeRecall: 0,
      delay: Number.NaN,
      falseAlarmRate: 0,
    });
  });
  it('includes both ends, and gives an alarm to the earliest window', () => {
    const windows = [
      { start: 100, end: 120 },
      { start: 110, end: 130 },
    ];
    const options = { before: 5, after: 10, samples: 200 };
    expect(scoreAlarms([95], windows, options)).toMatchObject({ hits: 1, delay: -5 });
    expect(scoreAlarms([94], windows, options)).toMatchObject({ hits: 0 });
    expect(scoreAlarms([130], windows, options)).toMatchObject({ delay: 30, missed: 1 });
    expect(scoreAlarms([140], windows, options)).toMatchObject({ delay: 30 });
    expect(scoreAlarms([141], windows, options)).toMatchObject({ hits: 0, falseAlarmRate: 5 });
  });

  it('accounts for every alarm and every window, in any order', () => {
    const indices = fc.array(fc.integer({ min: 0, max: 999 }), { maxLength: 30 });
    fc.assert(
      fc.property(indices, indices, fc.nat(50), (alarms, starts, after) => {
        const windows = starts.map((start) => ({ start, end: start + 20 }));
        const options = { after, samples: 1000 };
        const scores = scoreAlarms(alarms, windows, options);
        const falseAlarms = Math.round(scores.falseAlarmRate);
        expect(scores.hits + falseAlarms).toBe(alarms.length);
        expect(scores.missed).toBeLessThanOrEqual(windows.length);
        expect(scoreAlarms([...alarms].reverse(), [...windows].reverse(), options)).toEqual(scores);
        // More tolerance never makes an alarm false.
        expect(scoreAlarms(alarms, windows, { after: after + 10, samples: 1000 }).hits).toBeGreaterThanOrEqual(
          scores.hits,
        );
      }),
    );
  });

  it('refuses bad options', () => {
    expect(() => scoreAlarms([], [], { before: -1, samples: 1 })).toThrow(
      expect.objectContaining({ option: 'before' }),
    );
    expect(() => scoreAlarms([], [], { after: Number.NaN, samples: 1 })).toThrow(
      expect.objectContaining({ option: 'after' }),
    );
    expect(() => scoreAlarms([], [], { samples: 1.5 })).toThrow(expect.objectContaining({ option: 'samples' }));
  });
});
