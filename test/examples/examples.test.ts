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
    for (const alarm of alarms) expect(alarm).toMatch(/^dev-7: 67\.\d °C is \d+\.\d scales from 27\.\d ± \d\.\d\d$/);
  });

  it('call in the pump whose bearing goes, hours before it fails, and no other', () => {
    const [head, ...alarms] = run('predictive-maintenance');
    expect(head).toBe('8 of 8 pumps were learnt until nothing more was to be learnt');
    expect(alarms).toHaveLength(1);
    const [, hour, left] = /^pump-5: called in at hour (\d+), (\d+) hours before it fails$/.exec(alarms[0]!)!;
    expect(Number(hour)).toBeGreaterThan(2200); // its bearing begins to go then
    expect(Number(left)).toBeGreaterThan(200);
  });

  it('forecast the demand of shops of any size better on their own scale than on one of all they have seen, or than yesterday', () => {
    const errors = run('demand-forecast').map((line) => Number.parseFloat(line));
    expect(errors).toHaveLength(3);
    const [reversible, cumulative, yesterday] = errors as [number, number, number];
    expect(reversible).toBeLessThan(0.9 * yesterday);
    expect(reversible).toBeLessThan(0.8 * cumulative);
  });

  it('tell urgent tickets by words that they had not seen before a launch', () => {
    const rates = run('text-triage')
      .join(' ')
      .match(/[\d.]+(?= %)/g)!
      .map(Number);
    expect(rates).toHaveLength(4);
    const [first, before, after, end] = rates as [number, number, number, number];
    expect(before).toBeLessThan(0.5 * first);
    expect(end).toBeLessThan(0.6 * after);
    expect(Math.max(before, end)).toBeLessThan(10); // 3 % of the labels are wrong, and a tenth of the tickets mention both
  });

  it('learn at the end of a pipeline what pumps should take, and need not begin anew when they are set to twice the flow', () => {
    const lines = run('learn-pipeline');
    const [first, before, after] = lines.slice(0, 3).map((line) => Number(/^off by (\d+) W /.exec(line)![1]));
    expect(before!).toBeLessThan(0.3 * first!);
    expect(after!).toBeLessThan(0.6 * first!);
    expect(lines[3]).toBe('epochs of the flows: north 1, south 1, roof 1');
  });

  it('hear the bearing that begins to whine below the noise, and no truck, nor the other machine', () => {
    const [head, ...alarms] = run('sound-monitor');
    expect(head).toBe('2 of 2 machines were learnt until nothing more was to be learnt');
    expect(alarms).toHaveLength(1);
    const [, late] = /^lathe: sounds otherwise since second \d+, (\d+) s after its bearing began to whine$/.exec(
      alarms[0]!,
    )!;
    expect(Number(late)).toBeLessThan(40); // it has not reached the noise by then
  });
});
