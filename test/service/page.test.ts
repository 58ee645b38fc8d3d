import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureChromium } from '../../scripts/browser.mjs';
import { LivePlant } from '../../src/cli/demo/live-plant.js';
import { plantRoutes } from '../../src/cli/demo/plant-routes.js';
import { Health } from '../../src/pipeline/metrics/health.js';
import { RunMetrics } from '../../src/pipeline/metrics/run-metrics.js';
import { SeriesRecorder } from '../../src/pipeline/view/series-recorder.js';
import { METHODS } from '../../src/service/page/try/try-out.js';
import { pageRoutes } from '../../src/service/page-routes.js';
import { seriesRoutes } from '../../src/service/series-routes.js';
import { type Service, startService } from '../../src/service/start-service.js';

/** What the test needs of a page of Playwright: the library is loaded only where it is installed. */
interface Page {
  on(event: string, listener: (it: { type(): string; text(): string; url(): string; message: string }) => void): void;
  goto(url: string): Promise<unknown>;
  evaluate<T>(expression: string): Promise<T>;
  click(selector: string): Promise<void>;
  fill(selector: string, text: string): Promise<void>;
  emulateMedia(options: { colorScheme: string }): Promise<void>;
  screenshot(options: { path: string; fullPage: boolean }): Promise<unknown>;
  addInitScript(script: { content: string }): Promise<void>;
  close(): Promise<void>;
}
interface Browser {
  newPage(options: object): Promise<Page>;
  close(): Promise<void>;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const lacking = ['playwright-core', 'uplot'].find((name) => !existsSync(join(root, 'node_modules', name)));
const chromium = lacking === undefined ? ensureChromium() : { missing: `npm install (${lacking} is not installed)` };
const { missing } = chromium;
if (missing !== undefined) {
  if (process.env.CI) throw new Error(`the page must be tested in a browser: ${missing}`);
  console.warn(`the page is not tested in a browser: ${missing}`);
}

const HOSTILE = '<img src=x onerror="document.title=\'pwned\'">';

describe.skipIf(missing !== undefined)('the page, in Chromium', () => {
  const folder = mkdtempSync(join(tmpdir(), 'streamnorm-page-'));
  // Under CI they are kept with what else it leaves behind; `SCREENSHOTS=docs` makes those of README.
  const shots = process.env.SCREENSHOTS ?? (process.env.CI ? join(root, 'test-results/page') : undefined);
  const faults: string[] = [];
  let service: Service;
  let browser: Browser;
  let ticking: NodeJS.Timeout;
  let live: LivePlant;

  beforeAll(async () => {
    execFileSync(process.execPath, [join(root, 'scripts/build-page.mjs'), folder], { stdio: 'pipe' });
    const health = new Health();
    health.enter('running');
    const metrics = new RunMetrics({ version: '0', health });
    live = new LivePlant({ sensors: 200, seed: 7 }, metrics, () => {});
    let ts = Date.UTC(2026, 0, 1);
    const tick = () => {
      ts += 1000;
      live.tick(ts);
    };
    for (let i = 0; i < 200; i++) tick();
    ticking = setInterval(tick, 50);
    const operations = { metrics: () => [metrics.set.snapshot()], health: () => health.report() };
    service = await startService({
      ...operations,
      port: 0,
      token: 'poke',
      routes: [
        ...pageRoutes(pathToFileURL(`${folder}/`)),
        ...seriesRoutes(live.view, operations, { pokes: true }),
        ...plantRoutes(live, () => ts),
      ],
    });
    const name = 'playwright-core';
    const playwright = (await import(name)) as { chromium: { launch(options: object): Promise<Browser> } };
    browser = await playwright.chromium.launch({ executablePath: chromium.path, args: ['--no-sandbox'] });
    if (shots) mkdirSync(shots, { recursive: true });
  });
  afterAll(async () => {
    clearInterval(ticking);
    await browser?.close();
    await service?.close();
    rmSync(folder, { recursive: true });
  });

  async function openPage(options: object = {}, url = service.url): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 }, ...options });
    page.on('console', (message) => {
      if (message.type() !== 'log') faults.push(`console ${message.type()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
    page.on('request', (request) => {
      if (!request.url().startsWith(url) && !request.url().startsWith('blob:'))
        faults.push(`request: ${request.url()}`);
    });
    await page.addInitScript({
      content: `globalThis.longTasks = []; new PerformanceObserver((list) => list.getEntries().forEach((task) => longTasks.push(task.duration))).observe({ type: 'longtask' });`,
    });
    await page.goto(`${url}/#poke`);
    await wait(page, `document.querySelectorAll('#rows tr:not([hidden])').length > 0`);
    return page;
  }
  const shown = `[...document.querySelectorAll('#rows tr:not([hidden]) td.name')].map((cell) => cell.textContent)`;
  /** Asks again and again from outside: the page's own policy lets nothing be evaluated in it, which is as it should be. */
  async function wait(page: Page, condition: string): Promise<void> {
    for (const end = performance.now() + 20_000; !(await page.evaluate<boolean>(condition)); ) {
      if (performance.now() > end) throw new Error(`not within 20 s: ${condition}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  it('weighs at most 150 kB compressed', () => {
    const bytes = readdirSync(folder).map((file) => gzipSync(readFileSync(join(folder, file))).length);
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(150_000);
  });

  it('finds a series, shows it move, and shows the mark and the epoch after a level shift', async () => {
    const page = await openPage();
    await page.fill('#search', 'pressure-04');
    await wait(page, `${shown}.join() === 'pressure-04'`);
    await page.click('#rows tr');
    await wait(page, `document.querySelector('#detail-title').textContent === 'pressure-04'`);
    await wait(page, `/center [\\d.]+ Pa, scale/.test(document.querySelector('#facts').textContent)`);
    const facts = await page.evaluate<string>(`document.querySelector('#facts').textContent`);
    await wait(page, `document.querySelector('#facts').textContent !== ${JSON.stringify(facts)}`);
    const epoch = live.view.read('5:valuepressure-04')!.row.epoch;
    await page.click('[data-poke=shift]');
    await wait(
      page,
      `/epoch ${epoch + 1}; last renormalized at .* \\(level\\)/.test(document.querySelector('#facts').textContent)`,
    );
    await wait(page, `/pressure-04: level went from/.test(document.querySelector('#events').textContent)`);
    await wait(page, `document.querySelector('#detail-state').textContent === '◆ drifted'`);
    expect(await page.evaluate<number>(`document.querySelectorAll('#histogram rect').length`)).toBe(40);
    if (shots) {
      await page.fill('#search', 'pressure');
      await new Promise((resolve) => setTimeout(resolve, 4000)); // so that what came of it is seen
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        await new Promise((resolve) => setTimeout(resolve, 1000));
        await page.screenshot({ path: join(shots, `page-${colorScheme}.png`), fullPage: false });
      }
    }
    await page.close();
  });

  it('pokes only with the token of the address that was printed, and shows the series that the address names', async () => {
    const page = await openPage();
    expect(await page.evaluate('location.hash')).toBe('');
    await page.fill('#search', 'speed-02');
    await wait(page, `${shown}.join() === 'speed-02'`);
    await page.click('#rows tr');
    await wait(page, `document.querySelector('#detail-title').textContent === 'speed-02'`);
    const address = await page.evaluate<string>('location.href');
    await page.close();

    const other = await browser.newPage({});
    await other.goto(address);
    await wait(other, `document.querySelector('#detail-title').textContent === 'speed-02'`);
    expect(await other.evaluate(`document.querySelector('[data-poke=spike]').disabled`)).toBe(true);
    expect(await other.evaluate(`document.querySelector('#poke-hint').textContent`)).toContain('the token');
    await other.close();
  });

  it('sorts, pages and filters by state, and can be paused', async () => {
    const page = await openPage();
    await page.click('[data-order=name]');
    await wait(page, `${shown}[0].startsWith('vibration')`);
    await page.click('#next');
    await wait(page, `document.querySelector('#place').textContent === '51 to 100'`);
    live.plant.poke('speed-01', 'stuck');
    await page.evaluate(
      `const state = document.querySelector('#state'); state.value = 'flat'; state.dispatchEvent(new Event('change'))`,
    );
    await wait(page, `${shown}.includes('speed-01')`);
    await page.click('#pause');
    const facts = await page.evaluate<string>(`document.querySelector('#facts').textContent`);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(await page.evaluate(`document.querySelector('#facts').textContent`)).toBe(facts);
    await page.close();
  });

  it('filters 100,000 series and goes on answering', async () => {
    const many = new SeriesRecorder({ maxSeries: 100_000, points: 1 });
    for (let i = 0; i < 100_000; i++)
      many.observe(`device-${i}`, 'x', { time: i, value: i, normalized: 0, center: 0, scale: 1, count: 1, epoch: 0 });
    const health = new Health();
    const metrics = new RunMetrics({ version: '0', health });
    const operations = { metrics: () => [metrics.set.snapshot()], health: () => health.report() };
    const routes = [...pageRoutes(pathToFileURL(`${folder}/`)), ...seriesRoutes(many, operations)];
    const other = await startService({ ...operations, port: 0, routes });
    try {
      const page = await openPage({}, other.url);
      await wait(page, `document.querySelector('#matching').textContent === '100.0 k'`);
      // A busy machine makes any task long: of three times the best counts.
      let longest = Number.POSITIVE_INFINITY;
      for (const [text, name] of [
        ['99999', 'device-99999 · x'],
        ['4242', 'device-14242 · x'],
        ['DEVICE-7', 'device-7 · x'],
      ]) {
        await page.evaluate('longTasks.length = 0');
        await page.fill('#search', text!);
        await wait(page, `${shown}[0] === ${JSON.stringify(name)}`);
        longest = Math.min(longest, await page.evaluate<number>('Math.max(0, ...longTasks)'));
        // No more lines are made than a page of the table has.
        expect(await page.evaluate<number>(`document.querySelectorAll('#rows tr').length`)).toBeLessThanOrEqual(50);
      }
      expect(longest).toBeLessThan(100);
      await page.close();
    } finally {
      await other.close();
    }
  });

  it('normalizes what is pasted, with each method, and says which is advised', async () => {
    const page = await openPage();
    await page.click('#try-open');
    const rows = Array.from(
      { length: 600 },
      (_, i) => `${'ab'[i % 2]},${(20 + Math.sin(i) + (i % 2) * 50).toFixed(3)}`,
    );
    await page.fill('#try-text', `device,temperature\n${rows.join('\n')}\nc,1,2\n`);
    await page.click('#try-go');
    await wait(page, `document.querySelector('#try-results').dataset.state === 'done'`);
    const facts = await page.evaluate<string>(`document.querySelector('#try-facts').textContent`);
    expect(facts).toMatch(/^csv, 600 records; 1 bad, the first: line 602: /);
    expect(await page.evaluate<string>(`document.querySelector('#try-key').value`)).toBe('device');
    expect(
      await page.evaluate(
        `[...document.querySelectorAll('#try-results [data-method]')].map((one) => one.dataset.method)`,
      ),
    ).toEqual(METHODS);
    expect(await page.evaluate<number>(`document.querySelectorAll('#try-results .advised').length`)).toBe(1);
    const line = await page.evaluate<string>(`document.querySelector('#try-results path').getAttribute('d')`);
    expect(line).toMatch(/^M0\.0 [\d.]+L/);
    if (shots) await page.screenshot({ path: join(shots, 'page-try.png'), fullPage: false });
    await page.close();
  });

  it('shows a hostile key as the text that it is', async () => {
    live.view.observe(HOSTILE, 'value', { time: 1, value: 1, normalized: 0, center: 0, scale: 1, count: 1, epoch: 0 });
    live.view.note({ at: 1, kind: 'note', text: HOSTILE }, { key: HOSTILE, field: 'value' });
    const page = await openPage();
    await page.fill('#search', 'onerror');
    await wait(page, `${shown}[0] === ${JSON.stringify(HOSTILE)}`);
    await page.click('#rows tr');
    await wait(page, `document.querySelector('#detail-title').textContent === ${JSON.stringify(HOSTILE)}`);
    expect(await page.evaluate(`document.querySelectorAll('#rows img, #events img, .detail img').length`)).toBe(0);
    expect(await page.evaluate('document.title')).toBe('streamnorm');
    await page.close();
  });

  it('fits a phone, in the dark', async () => {
    const page = await openPage({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(390);
    const ground = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    expect(ground).toBe('rgb(17, 22, 29)');
    if (shots) {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await page.screenshot({ path: join(shots, 'page-phone.png'), fullPage: true });
    }
    await page.close();
  });

  it('logged no error and asked nothing of anyone else in all that', () => {
    expect(faults).toEqual([]);
  });
});
