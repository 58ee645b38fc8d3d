import { concat, from, lastValueFrom, of, Subject, throwError, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type AudioChunk, loudnessNormalize } from '../../operators/loudness-normalize.js';
import { LoudnessNormalizer } from '../../src/normalize/audio/loudness-normalizer.js';
import { SeriesTable } from '../../src/series/series-table.js';
import { tones } from '../support/tones.js';

const sampleRate = 8000;
const signal = tones({ levels: [-12], seconds: 3, sampleRate });
const chunks = Array.from({ length: 12 }, (_, i) => signal.subarray(2000 * i, 2000 * (i + 1)));

describe('loudnessNormalize', () => {
  it('normalizes chunk by chunk, and ends with what was still to come', async () => {
    const results = await lastValueFrom(from(chunks).pipe(loudnessNormalize({ sampleRate }), toArray()));
    const normalizer = new LoudnessNormalizer({ sampleRate });
    const expected = [...normalizer.process(signal, signal.slice()), ...normalizer.flush()];
    expect(results.flatMap(({ samples }) => [...samples]).map(Math.fround)).toEqual(expected.map(Math.fround));
    expect(results).toHaveLength(13);
    expect(results[11]).toMatchObject({ key: '', latency: normalizer.latency });
    expect(results[11]!.integrated).toBeCloseTo(-15, 0);
  });

  it('has a signal of its own for each key, and shares nothing between subscriptions', async () => {
    const keyed = chunks.flatMap((samples): AudioChunk[] => [
      { samples, key: 'a' },
      { samples: samples.map((x) => x / 4), key: 'b' },
    ]);
    const normalized = from(keyed).pipe(loudnessNormalize({ sampleRate }), toArray());
    const [first, second] = [await lastValueFrom(normalized), await lastValueFrom(normalized)];
    expect(second).toEqual(first);
    const alone = await lastValueFrom(from(chunks).pipe(loudnessNormalize({ sampleRate }), toArray()));
    expect(first.filter(({ key }) => key === 'a').map(({ samples }) => samples)).toEqual(
      alone.map(({ samples }) => samples),
    );
    expect(first.at(-1)!.gain).toBeGreaterThan(alone.at(-1)!.gain + 5);
  });

  it('goes on from a table that was saved, as if nothing had been', async () => {
    const run = (table: SeriesTable, part: Float32Array[]) =>
      lastValueFrom(from(part).pipe(loudnessNormalize({ sampleRate, table }), toArray()));
    const table = new SeriesTable();
    const before = await run(table, chunks.slice(0, 5));
    const after = await run(SeriesTable.fromBytes(table.toBytes()), chunks.slice(5));
    const whole = await run(new SeriesTable(), chunks);
    expect([...before.slice(0, -1), ...after]).toEqual(whole);
  });

  it('refuses another sample rate and half a frame, with nothing learnt of it', async () => {
    const table = new SeriesTable();
    for (const [chunk, option] of [
      [{ samples: signal, sampleRate: 44_100 }, 'sampleRate'],
      [{ samples: signal.subarray(0, 3), sampleRate }, 'samples'],
    ] as const) {
      const channels = option === 'samples' ? 2 : 1;
      const refused = lastValueFrom(
        of<AudioChunk>(chunk).pipe(loudnessNormalize({ sampleRate, channels, table, field: option })),
      );
      await expect(refused).rejects.toMatchObject({ code: 'INVALID_OPTION', option });
    }
    expect(table.size).toBe(0);
    expect(() => loudnessNormalize({ sampleRate: 3 })).toThrow(expect.objectContaining({ option: 'sampleRate' }));
    expect(() => loudnessNormalize({ sampleRate, table: {} as SeriesTable })).toThrow(/table/);
  });

  it('passes an error on, completes on nothing, and lets go when it is left', async () => {
    const failing = concat(
      from(chunks.slice(0, 2)),
      throwError(() => new Error('unplugged')),
    );
    await expect(lastValueFrom(failing.pipe(loudnessNormalize({ sampleRate })))).rejects.toThrow('unplugged');
    expect(await lastValueFrom(from<Float32Array[]>([]).pipe(loudnessNormalize({ sampleRate }), toArray()))).toEqual(
      [],
    );
    const source = new Subject<Float32Array>();
    const subscription = source.pipe(loudnessNormalize({ sampleRate })).subscribe();
    expect(source.observed).toBe(true);
    subscription.unsubscribe();
    expect(source.observed).toBe(false);
  });
});
