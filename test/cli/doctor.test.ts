import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCrossover } from '../../src/backend/crossover.js';
import type { Findings } from '../../src/cli/doctor/draw-findings.js';
import { runCli } from '../support/run-cli.js';

let cache: string;
beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), 'streamnorm-doctor-'));
});
afterAll(() => rmSync(cache, { recursive: true, force: true }));

describe('streamnorm doctor', () => {
  it('says what is there, why something is not, what would get it, and keeps what it has measured', async () => {
    const { code, stdout } = await runCli(['doctor', '--json'], { env: { XDG_CACHE_HOME: cache } });
    expect(code).toBe(0);
    const { backends, kafka } = JSON.parse(stdout) as Findings;
    expect(backends.backends.map(({ name }) => name)).toEqual(['cpu', 'webgpu', 'tensorflow']);
    for (const { name, device, reason, remedy } of backends.backends)
      if (device === null) {
        expect(reason, name).toBeTruthy();
        if (reason!.includes('not installed')) expect(remedy).toContain('npm install');
      }
    expect(kafka).toBeUndefined();
    expect(backends.keptIn).toBe(join(cache, 'streamnorm/crossover.json'));
    const kept = parseCrossover(readFileSync(backends.keptIn, 'utf8'))!;
    expect(kept.rows.map(({ size }) => size)).toEqual(backends.crossover.map(({ size }) => size));
    expect(kept.rows[0]!.ms.cpu).toBeGreaterThan(0);
  });

  it('prints a table for a person, and fails when a Kafka that was asked for does not answer', async () => {
    const args = ['doctor', '--brokers', '127.0.0.1:1'];
    const { code, stdout } = await runCli(args, { env: { XDG_CACHE_HOME: '/dev/null' } });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^cpu +(WebAssembly SIMD|JavaScript)$/m);
    expect(stdout).toMatch(/^values +cpu.* fastest$/m);
    expect(stdout).toMatch(/^1,024 +\d/m);
    expect(stdout).toMatch(/kept in nowhere: /);
    expect(stdout).toMatch(/^kafka +127\.0\.0\.1:1 cannot be reached: /m);
  });
});
