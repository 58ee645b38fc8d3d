import { describe, expect, it } from 'vitest';
import { answerViewQuestion, RemoteView } from '../../../src/pipeline/view/remote-view.js';
import type { ScoredPoint } from '../../../src/pipeline/view/series-history.js';
import { SeriesRecorder } from '../../../src/pipeline/view/series-recorder.js';
import { WorkerViews } from '../../../src/pipeline/view/worker-views.js';

const GROUP = { name: 'telemetry/0 ', clock: { now: Number.NEGATIVE_INFINITY } };
const ID = 'telemetry/0 1:xdev-7';

/** Two workers, each with what it has recorded itself, as the process that keeps them sees them. */
function workers() {
  const views = new WorkerViews();
  const start = (name: string) => {
    const recorder = new SeriesRecorder();
    const view: RemoteView = new RemoteView((question) => {
      void answerViewQuestion(recorder, question).then((answer) =>
        view.answered(JSON.parse(JSON.stringify(answer)) as typeof answer),
      );
    });
    views.began(name, view);
    return recorder;
  };
  return { views, start };
}

const score = (recorder: SeriesRecorder, time: number) => {
  const point: ScoredPoint = { time, value: time, normalized: 0, center: 0, scale: 1, count: time, epoch: 0 };
  recorder.historyOf('dev-7', 'x', GROUP)!.add(point);
};

describe('a series of several workers', () => {
  it('keeps its id and its points when its partition moves, and marks come once', async () => {
    const { views, start } = workers();
    const first = start('0');
    const second = start('1');
    for (let time = 1; time <= 5; time++) score(first, time);
    const read = async (from = 0) => (await views.read(ID, from))!;
    expect((await read()).points.time).toEqual([1, 2, 3, 4, 5]);
    first.note({ at: 5, kind: 'note', text: 'poked' }, { key: 'dev-7', field: 'x' }, GROUP);
    expect((await read(5)).points).toMatchObject({ from: 5, time: [] });

    first.forget(GROUP);
    // In between nobody has it: what is known stays.
    expect((await read()).points.time).toEqual([1, 2, 3, 4, 5]);
    for (let time = 4; time <= 8; time++) score(second, time); // two of them are scored again
    second.note({ at: 5, kind: 'note', text: 'poked' }, { key: 'dev-7', field: 'x' }, GROUP);
    expect((await read(5)).points).toMatchObject({ from: 5, time: [6, 7, 8], value: [6, 7, 8] });
    score(second, 9);
    expect((await read(8)).points).toMatchObject({ from: 8, time: [9] });
    const { row, points, marks } = await read();
    expect(points.time).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(row).toMatchObject({ id: ID, count: 9 });
    expect(marks).toMatchObject([{ text: 'poked', series: ID }]);
  });

  it('goes on when its worker was started anew', async () => {
    const { views, start } = workers();
    const before = start('0');
    for (let time = 1; time <= 5; time++) score(before, time);
    await views.read(ID);
    views.ended('0');
    expect((await views.read(ID))!.points.time).toHaveLength(5);
    const after = start('0');
    for (let time = 5; time <= 7; time++) score(after, time);
    expect((await views.read(ID))!.points.time).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('is read once for all who look at it at the same time', async () => {
    const { views, start } = workers();
    const recorder = start('0');
    for (let time = 1; time <= 3; time++) score(recorder, time);
    const details = await Promise.all(Array.from({ length: 10 }, () => views.read(ID, 0)));
    for (const detail of details) expect(detail!.points.time).toEqual([1, 2, 3]);
  });

  it('is listed once while two have it, and there is none that nobody has', async () => {
    const { views, start } = workers();
    const [first, second] = [start('0'), start('1')];
    score(first, 1);
    score(second, 2);
    expect((await views.find({})).rows).toMatchObject([{ id: ID, count: 2 }]);
    expect(await views.read('telemetry/0 1:xother')).toBeUndefined();
  });
});
