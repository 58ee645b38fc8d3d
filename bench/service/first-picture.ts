import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { median } from '../kafka/median.js';

/** What is used of Playwright. */
interface Page {
  goto(url: string): Promise<unknown>;
  evaluate<T>(expression: string): Promise<T>;
  close(): Promise<void>;
}
interface Browser {
  newPage(): Promise<Page>;
  close(): Promise<void>;
}

export interface FirstPicture {
  /** ms from the request for the page to its first paint and to its first chart: medians. */
  paint: number;
  chart: number;
  /** ms from `npm start` to the first chart. */
  start: number;
}

/** A page shows its first chart when it has drawn points of a series. */
const CHART = `document.querySelector('#raw canvas') !== null && /value [\\d.]/.test(document.querySelector('#raw-key').textContent)`;
const LOADS = 7;

/** `npm start` in a folder, and its page in a real Chromium; undefined where there is none. */
export async function firstPicture(folder: string, limit: number): Promise<FirstPicture | undefined> {
  const script = pathToFileURL(resolve('scripts/browser.mjs')).href;
  const { ensureChromium } = (await import(script)) as { ensureChromium(): { path?: string; missing?: string } };
  const { path, missing } = ensureChromium();
  if (missing !== undefined) {
    console.error(`the page is not measured: ${missing}`);
    return undefined;
  }
  const { chromium } = (await import('playwright-core')) as unknown as {
    chromium: { launch(options: object): Promise<Browser> };
  };
  const browser = await chromium.launch({ executablePath: path, args: ['--no-sandbox'] });
  const began = performance.now();
  const child = spawn('npm', ['start', '--', '--port', String(20_000 + (process.pid % 20_000))], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (data: Buffer) => {
    said += data;
  });
  try {
    const served = () => /live page: (\S+)/.exec(said)?.[1];
    while (served() === undefined) {
      if (performance.now() - began > limit || child.exitCode !== null) throw new Error(`npm start: no page\n${said}`);
      await sleep(5);
    }
    const show = async () => {
      const page = await browser.newPage();
      const asked = performance.now();
      await page.goto(served()!);
      while (!(await page.evaluate<boolean>(CHART))) await sleep(5);
      const chart = performance.now() - asked;
      const paint = await page.evaluate<number>(
        `performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN`,
      );
      await page.close();
      return { paint, chart };
    };
    const first = await show();
    const start = performance.now() - began;
    const all = [first];
    while (all.length < LOADS) all.push(await show());
    return { paint: median(all.map(({ paint }) => paint)), chart: median(all.map(({ chart }) => chart)), start };
  } finally {
    child.kill('SIGTERM');
    await browser.close();
  }
}
