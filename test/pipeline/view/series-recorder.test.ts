import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstOf } from '../../../src/pipeline/view/first-of.js';
import { SeriesRecorder } from '../../../src/pipeline/view/series-recorder.js';
import type { SeriesOrder } from '../../../src/pipeline/view/series-view.js';

const point = (time: number, value: number, normalized = 0.5) => ({
  time,
  value,
  normalized,
  center: 10,
  scale: 2,
  count: time,
  epoch: 0,
});

/** A series with one observation a second, of these values and scores. */
function recordedBy(
  scores: readonly (readonly [value: number, normalized: number])[],
  recorder = new SeriesRecorder(),
) {
  for (const [i, [value, normalized]] of scores.entries())
    recorder.observe('k', 'f', point(1000 * i, value, normalized));
  return recorder;
}
const stateAfter = (scores: readonly (readonly [number, number])[]) => recordedBy(scores).find({}).rows[0]!.state;

describe('firstOf', () => {
  it('answers what sorting and cutting would', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(5), fc.nat())), fc.nat(20), (items, count) => {
        const compare = (a: readonly number[], b: readonly number[]) => a[0]! - b[0]!;
        expect(firstOf(items, count, compare)).toEqual([...items].sort(compare).slice(0, count));
      }),
    );
  });
});

describe('SeriesRecorder', () => {
  it('gives the points that are kept, each once, to whoever goes on asking', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(30), { maxLength: 10 }), fc.integer({ min: 1, max: 20 }), (bursts, points) => {
        const recorder = new SeriesRecorder({ points });
        const seen: number[] = [];
        let from = 0;
        let made = 0;
        for (const burst of bursts) {
          for (let i = 0; i < burst; i++) recorder.observe('k', 'f', point(made, made++));
          const detail = recorder.read('1:fk', from);
          if (detail === undefined) continue;
          expect(detail.points.time.length).toBe(Math.min(made - from, points));
          expect(detail.points.from + detail.points.time.length).toBe(made);
          from = made;
          seen.push(...(detail.points.value as number[]));
        }
        expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
        if (bursts.every((burst) => burst <= points)) expect(seen).toHaveLength(made);
      }),
    );
  });

  it('pages through all that match, in every order, without gaps or repeats', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ maxLength: 6 }), { maxLength: 30 }),
        fc.constantFrom<SeriesOrder>('name', 'score', 'count', 'epoch', 'state'),
        fc.boolean(),
        fc.integer({ min: 1, max: 7 }),
        fc.string({ maxLength: 1 }),
        (keys, order, descending, limit, search) => {
          const recorder = new SeriesRecorder();
          for (const [i, key] of keys.entries()) recorder.observe(key, 'f', point(i % 4, i, (i % 5) - 2));
          const found: string[] = [];
          for (let offset = 0; ; offset += limit) {
            const { rows, matching, total } = recorder.find({ order, descending, offset, limit, search });
            expect(total).toBe(keys.length);
            found.push(...rows.map(({ key }) => key));
            if (rows.length < limit) {
              expect(found).toHaveLength(matching);
              break;
            }
          }
          const wanted = search.toLowerCase();
          const expected = keys.filter((key) => key.toLowerCase().includes(wanted) || 'f'.includes(wanted));
          expect(found.sort()).toEqual(expected.sort());
        },
      ),
    );
  });

  it('tells apart series whose keys and fields look alike when joined', () => {
    const recorder = new SeriesRecorder();
    for (const [key, field] of [
      ['b', 'a'],
      ['', 'ab'],
      ['1:ab', ''],
      ['__proto__', 'x'],
    ] as const)
      recorder.observe(key, field, point(1, 1));
    const { rows } = recorder.find({});
    expect(new Set(rows.map(({ id }) => id)).size).toBe(4);
    for (const { id, key } of rows) expect(recorder.read(id)?.row.key).toBe(key);
  });

  it('records so many series and no more, and says so', () => {
    const recorder = new SeriesRecorder({ maxSeries: 2 });
    expect(['a', 'b', 'c', 'a'].map((key) => recorder.observe(key, 'f', point(1, 1)))).toEqual([
      true,
      true,
      false,
      true,
    ]);
    expect(recorder.find({}).total).toBe(2);
  });

  it('makes no number that JSON does not have', () => {
    const recorder = new SeriesRecorder();
    recorder.observe('k', 'f', {
      time: 1,
      value: Infinity,
      normalized: NaN,
      center: NaN,
      scale: -Infinity,
      count: 0,
      epoch: 0,
    });
    const detail = recorder.read('1:fk');
    expect(JSON.parse(JSON.stringify(detail))).toEqual(detail);
  });

  it('numbers what happened, tells each once, and marks the series it happened to', () => {
    const recorder = new SeriesRecorder({ maxHappenings: 3 });
    recorder.observe('k', 'f', point(1, 1));
    for (let i = 1; i <= 5; i++)
      recorder.note({ at: i, kind: 'note', text: `${i}` }, i === 2 ? { key: 'k', field: 'f' } : undefined);
    expect(recorder.happenings(0, 100).map(({ number }) => number)).toEqual([3, 4, 5]);
    expect(recorder.happenings(4, 100).map(({ text }) => text)).toEqual(['5']);
    expect(recorder.happenings(0, 1).map(({ text }) => text)).toEqual(['5']);
    expect(recorder.read('1:fk')!.marks.map(({ text }) => text)).toEqual(['2']);
  });

  it('names the state of a series by what it does', () => {
    const steady = Array.from({ length: 100 }, (_, i) => [i % 7, (i % 3) - 1] as const);
    expect(stateAfter([[1, NaN]])).toBe('warming');
    expect(stateAfter(steady)).toBe('stable');
    expect(stateAfter([...steady, [99, 6]])).toBe('warning');
    expect(stateAfter([...steady, [99, 6], [1, 0]])).toBe('stable');
    expect(stateAfter([...steady, ...Array.from({ length: 8 }, (_, i) => [50 + i, -2.5] as const)])).toBe('warning');
    expect(stateAfter([...steady, ...Array.from({ length: 7 }, (_, i) => [50 + i, -2.5] as const)])).toBe('stable');
    expect(stateAfter([...steady, ...Array.from({ length: 14 }, () => [3, 0] as const)])).toBe('flat');
  });

  it('calls a series drifted for a while after its renormalization', () => {
    const recorder = recordedBy([
      [1, 0],
      [2, 0.1],
    ]);
    recorder.note({ at: 2000, kind: 'renormalization', text: 'x' }, { key: 'k', field: 'f' });
    expect(recorder.find({ state: 'drifted' }).matching).toBe(1);
    for (let i = 0; i < 60; i++) recorder.observe('k', 'f', point(2000 + 1000 * i, i));
    expect(recorder.find({ state: 'drifted' }).matching).toBe(0);
  });

  it('calls a series silent that says nothing while others do, by its own pace', () => {
    const recorder = new SeriesRecorder();
    for (let i = 0; i < 30; i++) {
      recorder.observe('fast', 'f', point(1000 * i, i));
      if (i % 10 === 0) recorder.observe('slow', 'f', point(1000 * i, i));
    }
    for (let i = 30; i < 60; i++) recorder.observe('other', 'f', point(1000 * i, i));
    const states = Object.fromEntries(recorder.find({}).rows.map(({ key, state }) => [key, state]));
    expect(states).toEqual({ fast: 'silent', slow: 'stable', other: 'stable' });
  });
});
