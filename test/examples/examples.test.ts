import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

const run = (name: string) => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [`examples/${name}.mjs`], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.trim().split('\n');
};

describe('examples', () => {
  it('find the days that were warm for their season in real weather', () => {
    const [head, ...days] = run('seattle-weather');
    expect(head).toBe('1461 days; the five that were warmest for their season:');
    expect(days).toHaveLength(5);
    for (const day of days)
      expect(day).toMatch(/^ {2}201\d-\d\d-\d\d {2}\d+\.\d °C where \d+\.\d ± \d+\.\d was usual: [3-9]\.\d\d$/);
  });

  it('go on from a saved table and find the device that jumped, and no other', () => {
    const [head, ...alarms] = run('keyed-sensors');
    expect(head).toMatch(/^50 series in \d+ bytes$/);
    expect(alarms.length).toBeGreaterThan(0);
    for (const alarm of alarms) expect(alarm).toMatch(/^dev-7: 67\.\d °C is \d+\.\d scales from 27\.\d ± 0\.\d\d$/);
  });
});
