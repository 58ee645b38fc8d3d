import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PortableStream } from '../support/portable-stream.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'streamnorm-learner-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the learner; kills it once its output has so many bytes. Answers its exit code, null where it was killed. */
function learn(killAt = Number.POSITIVE_INFINITY): Promise<number | null> {
  const child = spawn(process.execPath, ['test/learn/killed-learner.mjs', folder], { stdio: 'inherit' });
  const watch = setInterval(() => {
    const { size } = statSync(join(folder, 'out.ndjson'), { throwIfNoEntry: false }) ?? { size: 0 };
    if (size >= killAt) child.kill('SIGKILL');
  }, 1);
  return new Promise((resolve) =>
    child.on('exit', (code) => {
      clearInterval(watch);
      resolve(code);
    }),
  );
}

describe('a learner', () => {
  it('killed again and again, predicts what an undisturbed one predicts, to the last bit', async () => {
    const stream = new PortableStream(12);
    const lines = Array.from({ length: 12_000 }, (_, i) => {
      const [a, b] = [stream.gaussian(), i % 4000 < 2000 ? stream.gaussian() : 1];
      const y = (i < 6000 ? 100 * a : -100 * a) + b + stream.gaussian();
      return JSON.stringify({ id: `d${i % 3}`, a: i % 97 === 0 ? null : a, b, y: i % 89 === 0 ? null : y });
    });
    writeFileSync(join(folder, 'records.ndjson'), lines.join('\n'));
    expect(await learn()).toBe(0);
    const calm = readFileSync(join(folder, 'out.ndjson'));
    for (const file of ['out.ndjson', 'state.ckpt']) rmSync(join(folder, file));
    for (const share of [0.2, 0.5, 0.8]) expect(await learn(share * calm.length), `killed at ${share}`).toBeNull();
    expect(await learn()).toBe(0);
    expect(readFileSync(join(folder, 'out.ndjson')).equals(calm)).toBe(true);
    expect(calm.toString()).toMatch(/"frozen"/);
  });
});
