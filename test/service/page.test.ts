import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LivePlant } from '../../src/cli/demo/live-plant.js';
import { plantRoutes } from '../../src/cli/demo/plant-routes.js';
import { Health } from '../../src/pipeline/metrics/health.js';
import { RunMetrics } from '../../src/pipeline/metrics/run-metrics.js';
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
  screenshot(options: { path: string; fullPage: boolean }): Promise<unknown>;
  addInitScript(script: { content: string }): Promise<void>;
  close(): Promise<void>;
}
interface Browser {
  newPage(options: object): Promise<Page>;
  close(): Promise<void>;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const missing = !chromium
  ? 'no Chromium: apt-get install chromium'
  : ['playwright-core', 'uplot'].find((name) => !existsSync(join(root, 'node_modules', name)));
if (missing) console.warn(`the page is not tested in a browser: ${missing} is missing`);

const HOSTILE = '<img src=x onerror="document.title=\'pwned\'">';

describe.skipIf(missing !== undefined)('the page, in Chromium', () => {
  const folder = mkdtempSync(join(tmpdir(), 'streamnorm-page-'));
  const shots = process.env.SCREENSHOTS;
  const faults: string[] = [];
  let service: Service;
  let browser: Browser;
  let ticking: NodeJS.Timeout;
  let live: LivePlant;

  beforeAll(async () => {
    const from = join(root, 'src/service/page');
    await build({
      entryPoints: [join(from, 'page.ts')],
      outdir: folder,
      bundle: true,
      minify: true,
      format: 'esm',
      logLevel: 'error',
    });
    for (const file of ['index.html', 'icon.svg']) copyFileSync(join(from, file), join(folder, file));
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
      routes: [
        ...pageRoutes(pathToFileURL(`${folder}/`)),
        ...seriesRoutes(live.view, operations, { pokes: true }),
        ...plantRoutes(live.plant, live.view, () => ts),
      ],
    });
    const name = 'playwright-core';
    const playwright = (await import(name)) as { chromium: { launch(options: object): Promise<Browser> } };
    browser = await playwright.chromium.launch({ executablePath: chromium, args: ['--no-sandbox'] });
    if (shots) mkdirSync(shots, { recursive: true });
  });
  afterAll(async () => {
    clearInterval(ticking);
    await browser?.close();
    await service?.close();
    rmSync(folder, { recursive: true });
  });

  async function openPage(options: object = {}): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 1400, height: 1000 }, ...options });
    page.on('console', (message) => {
      if (message.type() !== 'log') faults.push(`console ${message.type()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
    page.on('request', (request) => {
      if (!request.url().startsWith(service.url) && !request.url().startsWith('blob:'))
        faults.push(`request: ${request.url()}`);
    });
    await page.addInitScript({
      content: `globalThis.longTasks = []; new PerformanceObserver((list) => list.getEntries().forEach((task) => longTasks.push(task.duration))).observe({ type: 'longtask' });`,
    });
    await page.goto(service.url);
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
    const bytes = ['index.html', 'page.js', 'page.css', 'icon.svg'].map(
      (file) => gzipSync(readFileSync(join(folder, file))).length,
    );
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
    if (shots) await page.screenshot({ path: join(shots, 'light.png'), fullPage: true });
    await page.close();
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
      await page.screenshot({ path: join(shots, 'phone.png'), fullPage: true });
    }
    await page.close();
  });

  it('logged no error and asked nothing of anyone else in all that', () => {
    expect(faults).toEqual([]);
  });
});
