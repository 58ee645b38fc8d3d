import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { Health } from '../../src/pipeline/metrics/health.js';
import { RunMetrics } from '../../src/pipeline/metrics/run-metrics.js';
import { SeriesRecorder } from '../../src/pipeline/view/series-recorder.js';
import type { Happening, SeriesDetail, SeriesPage } from '../../src/pipeline/view/series-view.js';
import { OverviewMeter } from '../../src/service/overview.js';
import { seriesRoutes } from '../../src/service/series-routes.js';
import { type Service, startService } from '../../src/service/start-service.js';

const started: Service[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((service) => service.close()));
});

async function open() {
  const health = new Health(() => 0);
  const metrics = new RunMetrics({ version: '0', health });
  const view = new SeriesRecorder();
  const operations = { metrics: () => [metrics.set.snapshot()], health: () => health.report() };
  const service = await startService({ ...operations, port: 0, routes: seriesRoutes(view, operations) });
  started.push(service);
  const get = async <T>(path: string) => (await (await fetch(service.url + path)).json()) as T;
  let time = 0;
  const observe = (key: string, value = 1) =>
    view.observe(key, 'f', { time: ++time, value, normalized: 0, center: 0, scale: 1, count: time, epoch: 0 });
  return { service, health, metrics, view, get, observe };
}

/** Messages of an event stream until `enough` says so. */
async function listen(url: string, enough: (messages: { event: string; data: unknown }[]) => boolean) {
  const abort = new AbortController();
  const response = await fetch(url, { signal: abort.signal });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const messages: { event: string; data: unknown }[] = [];
  let text = '';
  while (!enough(messages)) {
    text += (await reader.read()).value;
    const parts = text.split('\n\n');
    text = parts.pop()!;
    for (const part of parts) {
      const match = /^event: (\w+)\ndata: (.*)$/.exec(part);
      if (match) messages.push({ event: match[1]!, data: JSON.parse(match[2]!) });
    }
  }
  abort.abort();
  return messages;
}

describe('routes of series', () => {
  it('find and read series, whatever their keys are', async () => {
    const { get, observe } = await open();
    const keys = ['plain', '../../etc/passwd', '<script>alert(1)</script>', 'a\u001fb', 'ü / ?#%', '__proto__'];
    for (const key of keys) observe(key);
    const { rows, total } = await get<SeriesPage>('/api/series?limit=100');
    expect(total).toBe(keys.length);
    expect(rows.map(({ key }) => key).sort()).toEqual([...keys].sort());
    for (const { id, key } of rows)
      expect((await get<SeriesDetail>(`/api/series/${encodeURIComponent(id)}`)).row.key).toBe(key);
    expect(
      (await get<SeriesPage>(`/api/series?search=${encodeURIComponent('SCRIPT')}`)).rows.map(({ key }) => key),
    ).toEqual([keys[2]]);
  });

  it.each([
    ['/api/series?limit=100000', 'limit must be an integer from 0 to 200'],
    ['/api/series?offset=-1', 'offset must be an integer from 0 to 1000000000'],
    ['/api/series?order=constructor', 'order must be one of name, score, count, epoch, state'],
    ['/api/series?state=fine', 'state must be one of warming, stable, warning, drifted, flat, silent'],
    ['/api/live?limit=x', 'limit must be an integer from 0 to 200'],
    ['/api/events?after=1.5', 'after must be an integer from 0 to 9007199254740991'],
  ])('refuse %s', async (path, message) => {
    const { service } = await open();
    const response = await fetch(service.url + path);
    expect([response.status, await response.text()]).toEqual([400, `${message}\n`]);
  });

  it('say when there is no such series', async () => {
    const { service } = await open();
    expect((await fetch(`${service.url}/api/series/nothing`)).status).toBe(404);
  });

  it('send each point and each event once, as they come, at most four times a second', async () => {
    const { service, view, observe } = await open();
    const expected: number[] = [];
    const add = (value: number) => {
      observe('k', value);
      expected.push(value);
    };
    for (let i = 0; i < 10; i++) add(i);
    view.note({ at: 1, kind: 'note', text: 'first' });
    const timer = setInterval(() => {
      for (let i = 0; i < 5; i++) add(expected.length);
      view.note({ at: 2, kind: 'note', text: 'more' });
    }, 20);
    const began = performance.now();
    const messages = await listen(
      `${service.url}/api/live?id=${encodeURIComponent('1:fk')}`,
      (all) => all.filter(({ event }) => event === 'series').length >= 4,
    );
    const seconds = (performance.now() - began) / 1000;
    clearInterval(timer);
    const details = messages.filter(({ event }) => event === 'series').map(({ data }) => data as SeriesDetail);
    const values = details.flatMap(({ points }) => points.value);
    expect(values).toEqual(expected.slice(0, values.length));
    expect(values.length).toBeGreaterThan(20);
    expect(details.length).toBeLessThanOrEqual(4 * seconds + 2);
    const numbers = messages
      .filter(({ event }) => event === 'events')
      .flatMap(({ data }) => (data as Happening[]).map(({ number }) => number));
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));
    for (const kind of ['overview', 'rows']) expect(messages.some(({ event }) => event === kind)).toBe(true);
  });

  it('collect metrics once for many pages', async () => {
    const { service, metrics } = await open();
    let collected = 0;
    metrics.set.onCollect(() => collected++);
    const began = performance.now();
    await Promise.all(
      Array.from({ length: 20 }, () =>
        listen(`${service.url}/api/live`, (all) => all.filter(({ event }) => event === 'overview').length >= 2),
      ),
    );
    expect(collected).toBeLessThanOrEqual(Math.ceil((performance.now() - began) / 950) + 1);
  });

  it('stop working for a page that has gone', async () => {
    const { service, view } = await open();
    let asked = 0;
    const find = view.find.bind(view);
    view.find = (query) => {
      asked++;
      return find(query);
    };
    await listen(`${service.url}/api/live`, (all) => all.length > 0);
    await sleep(50);
    const before = asked;
    await sleep(1200);
    expect(asked).toBe(before);
  });
});

describe('OverviewMeter', () => {
  it('tells rates and quantiles of the last seconds, not of all time', () => {
    const health = new Health(() => 0);
    const metrics = new RunMetrics({ version: '0', health });
    const meter = new OverviewMeter();
    const read = (at: number) => meter.read([metrics.set.snapshot()], health.report(), at);
    metrics.records.add(1_000_000);
    metrics.latency.observe(50, 1_000_000);
    expect(read(0)).toMatchObject({ recordsPerSecond: null, records: 1_000_000, lag: null, ready: false });
    metrics.records.add(500);
    metrics.latency.observe(0.004, 500);
    metrics.lag.labels('t', 0).set(7);
    metrics.lag.labels('t', 1).set(5);
    metrics.batches.labels('cpu').add(3);
    metrics.batches.labels('webgpu').add(1);
    const now = read(2000);
    expect(now).toMatchObject({ recordsPerSecond: 250, lag: 12, backends: { cpu: 0.75, webgpu: 0.25 } });
    expect(now.latency99).toBeLessThanOrEqual(0.005);
    expect(JSON.parse(JSON.stringify(now))).toEqual(now);
  });
});
