import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import type { Findings } from '../../src/cli/doctor/draw-findings.js';
import { runCli } from '../support/run-cli.js';

const { webgpu, tensorflow, folder } = inject('devices');
const register = new URL('../../scripts/devices/register.mjs', import.meta.url).href;

describe.skipIf(webgpu === null || tensorflow === null)('streamnorm doctor', () => {
  it('finds the devices, names them, measures them beside the CPU, and lets the process end', async () => {
    const cache = mkdtempSync(join(tmpdir(), 'streamnorm-doctor-'));
    const env = { NODE_OPTIONS: `--import ${register}`, STREAMNORM_DEVICES: folder, XDG_CACHE_HOME: cache };
    try {
      const { code, stdout } = await runCli(['doctor', '--json'], { env });
      expect(code).toBe(0);
      const { backends } = JSON.parse(stdout) as Findings;
      const [cpu, gpu, tf] = backends.backends;
      expect(cpu!.device).toBeTruthy();
      expect(gpu!.device, gpu!.reason).not.toBeNull();
      expect(tf!.device, tf!.reason).toMatch(/^TensorFlow \d/);
      expect(Object.keys(backends.crossover[0]!.ms).sort()).toEqual(['cpu', 'tensorflow', 'webgpu']);
    } finally {
      rmSync(cache, { recursive: true, force: true });
    }
  });
});
