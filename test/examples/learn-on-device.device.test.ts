import { spawnSync } from 'node:child_process';
import { describe, expect, inject, it } from 'vitest';

const { tensorflow, folder } = inject('devices');

describe.skipIf(tensorflow === null)('examples', () => {
  it('learn on tensors that never left the device, and leave none behind', () => {
    const args = ['--import', './scripts/devices/register.mjs', 'examples/learn-on-device.mjs'];
    const env = { ...process.env, STREAMNORM_DEVICES: folder };
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const [, first, last, left] = /^128 batches, squared error ([\d.]+) → ([\d.]+)\ntensors left behind: (\d+)$/m.exec(
      stdout,
    )!;
    expect(Number(first)).toBeGreaterThan(5);
    expect(Number(last)).toBeLessThan(0.05);
    expect(left).toBe('0');
  });
});
