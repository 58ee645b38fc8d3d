import { from, lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { normalize } from '../../operators/index.js';
import { LoudnessNormalizer } from '../../src/normalize/audio/loudness-normalizer.js';
import { recordsOf, runConfig } from '../support/run-config.js';
import { tones } from '../support/tones.js';

const sampleRate = 8000;
const signals = {
  a: tones({ levels: [-30, -36], seconds: 2, sampleRate }),
  b: tones({ levels: [-6, -6], seconds: 2, sampleRate }),
};
const toInteger = (x: number) => Math.round(x * 32_768);
const window = 1600;
const records = Array.from({ length: 40 }, (_, k) => {
  const mic = k % 2 === 0 ? ('a' as const) : ('b' as const);
  const samples = signals[mic].subarray(window * (k >> 1), window * ((k >> 1) + 1));
  return { mic, sound: Buffer.from(Int16Array.from(samples, toInteger).buffer).toString('base64') };
});
const fields = { sound: { method: 'loudness', shape: [null, 2], dtype: 'int16', sampleRate, target: -20 } } as const;
const ndjson = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

describe('a field of sound', () => {
  it('is normalized as one signal of each key', async () => {
    const scored = await lastValueFrom(from(records).pipe(normalize({ key: 'mic', fields }), toArray()));
    for (const mic of ['a', 'b'] as const) {
      const normalizer = new LoudnessNormalizer({ sampleRate, channels: 2, target: -20 });
      const whole = Float64Array.from(Int16Array.from(signals[mic], toInteger), (x) => x / 32_768);
      const expected = normalizer.process(whole, new Float32Array(whole.length));
      const actual = scored
        .filter((record) => record.mic === mic)
        .flatMap(({ normalized }) => [...(normalized.sound as unknown as Float32Array)]);
      expect(actual.length).toBe(expected.length);
      expect(actual.findIndex((x, i) => x !== expected[i])).toBe(-1);
    }
  });

  it('comes out of a pipeline the same, which goes on to the last bit when it was stopped', async () => {
    const config = { record: { key: 'mic' }, fields, batch: { maxLength: 7 } };
    const { output } = await runConfig(ndjson(records), config);
    const stopped = await runConfig(ndjson(records), config, { stops: 3 });
    expect(stopped.output === output).toBe(true);
    expect(recordsOf(output)).toHaveLength(40);
  });

  it('is refused, and nothing learnt of it, at another sample rate or with half a frame', async () => {
    const rest = records.slice(2).map((record) => ({ ...record }));
    const odd = Buffer.from(new Int16Array(3).buffer).toString('base64');
    const bad = [
      { mic: 'a', sound: { values: records[0]!.sound, sampleRate: 44_100 } },
      { mic: 'a', sound: odd },
    ];
    const config = { record: { key: 'mic' }, fields };
    const clean = await runConfig(ndjson(rest), config);
    const mixed = await runConfig(ndjson([...rest.slice(0, 5), ...bad, ...rest.slice(5)]), config);
    expect(mixed.output).toBe(clean.output);
    expect(mixed.summary.badRecords).toBe(2);
    expect(mixed.summary.firstBad[0]!.reason).toContain('sound: expected sampleRate 8000, got 44100');
  });

  it.each([
    [{ shape: [null, 2] }, 'sampleRate'],
    [{ sampleRate, shape: [null, 2, 2] }, 'shape'],
    [{ sampleRate, shape: [2, null] }, 'shape'],
    [{ sampleRate, shape: [null], target: 9 }, 'target'],
    [{ sampleRate, shape: [null], warmup: 3 }, 'warmup'],
  ] as const)('refuses %o', (options, option) => {
    const refused = () => normalize({ fields: { sound: { method: 'loudness', ...options } } });
    expect(refused).toThrow(new RegExp(`\\b${option} must be`));
  });
});
