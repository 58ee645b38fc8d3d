import { describe, expect, it } from 'vitest';
import { simulatedChunks } from '../../src/io/simulated-chunks.js';
import { type Reading, SimulatedPlant } from '../../src/io/simulated-plant.js';

function readingsOf(seed: number, sensors = 24, seconds = 4000): Reading[] {
  const plant = new SimulatedPlant({ sensors, seed });
  return Array.from({ length: seconds }, (_, second) => [...plant.at(second * 1000)]).flat();
}

const readings = readingsOf(3);
const eventsOf = (event: Reading['event']) => readings.filter((reading) => reading.event === event);

describe('SimulatedPlant', () => {
  it('says the same again for the same seed, and something else for another', () => {
    expect(readingsOf(3, 8, 300)).toEqual(readingsOf(3, 8, 300));
    expect(readingsOf(4, 8, 300)).not.toEqual(readingsOf(3, 8, 300));
  });
  it('has sensors of scales that differ by many orders of magnitude', () => {
    const levels = readings.slice(0, 8).map(({ value }) => Math.abs(value));
    expect(Math.max(...levels) / Math.min(...levels)).toBeGreaterThan(1e11);
    expect(new Set(readings.map(({ sensor }) => sensor)).size).toBe(24);
    for (const { value } of readings) expect(Number.isFinite(value)).toBe(true);
  });
  it('has gaps: now and then a sensor says nothing', () => {
    const expected = 24 * 4000;
    expect(readings.length).toBeLessThan(expected * 0.999);
    expect(readings.length).toBeGreaterThan(expected * 0.99);
  });
  it('has spikes, level shifts, a sensor that drifts and some that stick', () => {
    expect(eventsOf('spike').length).toBeGreaterThan(50);
    expect(eventsOf('shifted').length).toBeGreaterThan(10);
    expect(new Set(eventsOf('drifting').map(({ sensor }) => sensor)).size).toBeGreaterThan(0);
    expect(eventsOf('stuck').length).toBeGreaterThan(100);
  });
  it('repeats the last value of a sensor that sticks', () => {
    const last = new Map<string, number>();
    for (const { sensor, value, event } of readings) {
      if (event === 'stuck') expect(value).toBe(last.get(sensor));
      last.set(sensor, value);
    }
  });
});

describe('simulatedChunks', () => {
  const textOf = async (options: Partial<Parameters<typeof simulatedChunks>[0]>) => {
    let text = '';
    for await (const { bytes } of simulatedChunks({
      sensors: 5,
      seed: 1,
      rate: Number.POSITIVE_INFINITY,
      count: 23,
      ...options,
    }))
      text += new TextDecoder().decode(bytes);
    return text;
  };
  it('ends after `count` records of a device, a time and one quantity', async () => {
    const records = (await textOf({}))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(records).toHaveLength(23);
    expect(Object.keys(records[0]!)).toEqual(['deviceId', 'ts', 'temperature']);
  });
  it('goes on after `skip` records as if it had never stopped', async () => {
    const all = await textOf({});
    for (const skip of [0, 1, 5, 7, 23]) expect(await textOf({ skip })).toBe(all.split('\n').slice(skip).join('\n'));
  });
  it('stops when it is told to', async () => {
    const stop = new AbortController();
    let records = 0;
    for await (const { bytes } of simulatedChunks({ sensors: 1, seed: 1, rate: 1000, signal: stop.signal })) {
      if (bytes.length > 0) records++;
      if (records === 3) stop.abort();
    }
    expect(records).toBe(3);
  });
});
