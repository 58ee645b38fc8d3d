import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'streamnorm-memory-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The largest memory, in MB, that normalizing a file of so many MB ever takes. */
function peak(megabytes: number): number {
  const path = join(folder, `${megabytes}.csv`);
  const row = `${Array.from({ length: 8 }, (_, k) => (k * 1.618).toFixed(4)).join(',')}\n`;
  writeFileSync(path, `a,b,c,d,e,f,g,h\n${row.repeat((megabytes * 1e6) / row.length)}`);
  const program = pathToFileURL('dist/src/cli/program.js').href;
  const script = `
    const { run } = await import(${JSON.stringify(program)});
    const code = await run(['node', 'streamnorm', 'normalize', ${JSON.stringify(path)}, '-o', ${JSON.stringify(`${path}.out`)}]);
    console.log(code, process.resourceUsage().maxRSS / 1024);`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  rmSync(`${path}.out`);
  const [code, rss] = stdout.trim().split(' ').map(Number);
  expect(code).toBe(0);
  return rss!;
}

describe('the memory that normalize takes', () => {
  it('does not grow with the file', () => {
    const small = peak(4);
    const large = peak(150);
    expect(large - small).toBeLessThan(70);
  });
});
