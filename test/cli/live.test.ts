import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawTop } from '../../src/cli/live/draw-top.js';
import { Health } from '../../src/pipeline/metrics/health.js';
import { RunMetrics } from '../../src/pipeline/metrics/run-metrics.js';
import { SeriesRecorder } from '../../src/pipeline/view/series-recorder.js';
import { liveRoutes } from '../../src/service/live-routes.js';
import { OverviewMeter } from '../../src/service/overview.js';
import { type Service, startService } from '../../src/service/start-service.js';
import { runCli } from '../support/run-cli.js';

const HOSTILE = 'dev-7\x1b[2J\x9b31m';

function running() {
  const health = new Health();
  health.enter('running');
  const metrics = new RunMetrics({ version: '0', health });
  const view = new SeriesRecorder();
  let time = Date.UTC(2026, 0, 1);
  const observe = (key: string, field = 'f', value = 1) => {
    time += 1000;
    view.observe(key, field, { time, value, normalized: 0.25, center: 1, scale: 2, count: time / 1000, epoch: 3 });
    metrics.records.add();
  };
  const operations = { metrics: () => [metrics.set.snapshot()], health: () => health.report() };
  return { health, metrics, view, observe, operations };
}

describe('drawTop', () => {
  it('fills the screen and goes nowhere beyond it, and lets no key steer the terminal', () => {
    const { view, metrics, health } = running();
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: 'binary', maxLength: 80 }), fc.double()), { maxLength: 30 }),
        fc.integer({ min: 20, max: 200 }),
        fc.integer({ min: 1, max: 60 }),
        (series, columns, rows) => {
          const recorder = new SeriesRecorder();
          for (const [key, value] of series) {
            recorder.observe(key, 'f', {
              time: 1,
              value,
              normalized: value,
              center: value,
              scale: 1,
              count: 1,
              epoch: 0,
            });
            recorder.note({ at: 0, kind: 'note', text: key });
          }
          const overview = new OverviewMeter().read([metrics.set.snapshot()], health.report(), 0);
          const shown = { url: 'http://x', overview, page: recorder.find({}), happenings: recorder.happenings(0, 100) };
          const lines = drawTop(shown, { columns, rows, color: false });
          expect(lines).toHaveLength(rows);
          for (const line of lines) {
            expect(line.length).toBeLessThanOrEqual(columns);
            // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
            expect(line).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
          }
        },
      ),
      { numRuns: 50, examples: [[[[HOSTILE, 1]], 80, 24]] },
    );
    expect(view.find({}).total).toBe(0);
  });
});

describe('on a running service', () => {
  const { view, observe, metrics, operations } = running();
  let service: Service;
  let ticking: NodeJS.Timeout;
  beforeAll(async () => {
    service = await startService({ ...operations, port: 0, routes: liveRoutes(view, operations) });
    for (let i = 0; i < 20; i++) observe(HOSTILE);
    let n = 0;
    ticking = setInterval(() => {
      n++;
      observe('dev-7', 'f', n);
      observe('dev-7', 'g', -n);
      observe('dev-77', 'f', n);
    }, 20);
  });
  afterAll(async () => {
    clearInterval(ticking);
    await service.close();
  });

  it('top shows how it does, and its series', async () => {
    metrics.deadLetters.labels('undecodable').add(12);
    const { code, stdout, stderr } = await runCli(['top', '--once', '--sort', 'name', '--url', service.url]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^ ready · http:\/\/127\.0\.0\.1:\d+\n {1}\d+ records\/s/);
    expect(stdout).toContain('12 dead letters');
    expect(stdout).toMatch(/\n dev-7 · g +-[\d.]+ +\+0\.25 .* 3 {2}stable/);
    expect(stdout).not.toContain('\x1b');
  });

  it('tap prints every value of a key, and of no other, and ends after as many as it was asked for', async () => {
    const { code, stdout, stderr } = await runCli([
      'tap',
      '-n',
      '20',
      '--key',
      'dev-7',
      '--field',
      'g',
      '--url',
      service.url,
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(20);
    expect(new Set(lines.map(({ key, field }) => `${key} ${field}`))).toEqual(new Set(['dev-7 g']));
    const values = lines.map(({ value }) => value as number);
    expect(values).toEqual(values.map((_, i) => values[0]! - i));
    expect(lines[0]).toMatchObject({ normalized: 0.25, center: 1, scale: 2 });
  });

  it('tap waits for a key that is not there yet, and stops when it is told to', async () => {
    let later: NodeJS.Timeout | undefined;
    const { code, stdout, stderr } = await runCli(['tap', '-n', '1', '--key', 'late', '--url', service.url], {
      onStart: (child) =>
        child.stderr!.once('data', () => {
          observe('late', 'f', 5);
          later = setInterval(() => observe('late', 'f', 6), 100);
        }),
    });
    clearInterval(later);
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'no such series yet; waiting\n' });
    expect(JSON.parse(stdout)).toMatchObject({ key: 'late', value: 6 });
    const stopped = await runCli(['tap', '--url', service.url], {
      onStart: (child) => child.stdout!.once('data', () => child.kill('SIGINT')),
    });
    expect(stopped.code).toBe(0);
    expect(JSON.parse(stopped.stdout.split('\n')[0]!)).toHaveProperty('normalized', 0.25);
  });

  it.each(['top', 'tap'])('%s says so when nobody answers', async (command) => {
    const gone = await startService({ ...operations, port: 0 });
    await gone.close();
    const { code, stdout, stderr } = await runCli([command, '--url', gone.url]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      `streamnorm: no service answers at ${gone.url} (ECONNREFUSED); a run serves one with http: { port: … }, and --url says where\n`,
    );
  });
});
