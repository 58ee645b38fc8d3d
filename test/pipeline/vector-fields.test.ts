import { from, lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { normalize } from '../../operators/index.js';
import { SeriesTable } from '../../src/series/series-table.js';
import { recordsOf, runConfig } from '../support/run-config.js';

const frame = (k: number) => Uint8Array.from({ length: 12 }, (_, i) => (k * 37 + i * 11) & 255);
const records = Array.from({ length: 40 }, (_, k) => ({
  device: `d${k % 2}`,
  temperature: 20 + (k % 5),
  frame: Buffer.from(frame(k)).toString('base64'),
  pixels: Array.from(frame(k)),
  axes: [k % 3, [0, 1, 2, 3][k % 4], k],
  window: Array.from({ length: 1 + (k % 3) }, (_, p) => [k + p, 2 * k]),
}));
const fields = {
  temperature: { method: 'z-score', warmup: 2 },
  frame: { shape: [2, 2, 3], dtype: 'uint8' },
  pixels: { method: 'rescale', shape: [2, 2, 3], dtype: 'uint8', scale: 1 / 255 },
  axes: { shape: [3], warmup: 2 },
  window: { shape: [null, 2] },
} as const;
const ndjson = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

describe('fields that are more than one number', () => {
  it('come out of a pipeline as out of the operator', async () => {
    const { output } = await runConfig(ndjson(records), {
      record: { key: 'device' },
      fields,
      output: { include: ['center', 'scale', 'count'] },
    });
    const include = ['center', 'scale', 'count'] as const;
    const scored = await lastValueFrom(from(records).pipe(normalize({ key: 'device', fields, include }), toArray()));
    expect(recordsOf(output)).toEqual(JSON.parse(JSON.stringify(scored, packed)));
  });

  it('are restored to the last bit, from a file of state and from the bytes of a table', async () => {
    const config = { record: { key: 'device' }, fields, batch: { maxLength: 7 } };
    const { output } = await runConfig(ndjson(records), config);
    const stopped = await runConfig(ndjson(records), config, { stops: 3 });
    expect(stopped.summary.resumedAfter).toBe(21);

    expect(stopped.output === output).toBe(true);

    const table = new SeriesTable();
    const first = from(records.slice(0, 17)).pipe(normalize({ key: 'device', fields, table }), toArray());
    await lastValueFrom(first);
    const restored = SeriesTable.fromBytes(table.toBytes());
    const rest = from(records.slice(17)).pipe(normalize({ key: 'device', fields, table: restored }), toArray());
    expect(JSON.parse(JSON.stringify(await lastValueFrom(rest), packed))).toEqual(recordsOf(output).slice(17));
  });

  it('are read and written in CSV too, and from it to JSON', async () => {
    const cell = (value: unknown) => `"${JSON.stringify(value).replaceAll('"', '""')}"`;
    const rows = records.map(({ device, frame, window }) => `${device},${frame},${cell(window)}\n`);
    const config = { record: { key: 'device' }, fields: { frame: fields.frame, window: fields.window } };
    const json = recordsOf((await runConfig(ndjson(records), config)).output);
    const text = `device,frame,window\n${rows.join('')}`;
    const asJson = recordsOf((await runConfig(text, config, { format: 'csv', outputFormat: 'ndjson' })).output);
    expect(asJson.map(({ normalized }) => normalized)).toEqual(json.map(({ normalized }) => normalized));
    const csv = (await runConfig(text, config, { format: 'csv' })).output.trimEnd().split('\n');
    expect(csv[0]).toBe('device,frame,window,frame_normalized,window_normalized');
    expect(csv[1]).toMatch(/,,$/); // warming up
    expect(
      csv[9]!.endsWith(
        `,"${JSON.stringify(json[8]!.normalized.frame)}","${JSON.stringify(json[8]!.normalized.window)}"`,
      ),
    ).toBe(true);
    const back = (await runConfig(ndjson(records), config, { outputFormat: 'csv' })).output.split('\n');
    expect(back[0]).toMatch(/,frame_normalized,window_normalized$/);
    expect(back[9]).toContain(`"${JSON.stringify(json[8]!.normalized.window)}"`);
  });

  it('are replaced in place, and may be written as base64', async () => {
    const base64 = { ...fields.frame, encoding: 'base64' };
    const plain = recordsOf((await runConfig(ndjson(records), { fields })).output);
    const { output } = await runConfig(ndjson(records), { fields: { ...fields, frame: base64 }, output: 'replace' });
    recordsOf(output).forEach((record, k) => {
      const { normalized } = plain[k]!;
      expect(record.window).toEqual(normalized.window);
      if (normalized.frame === null) expect(record.frame).toBeNull();
      else {
        const bytes = Buffer.from(record.frame, 'base64');
        expect(Array.from(new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + 48)))).toEqual(
          normalized.frame,
        );
      }
    });
  });

  it('that do not fit make the record a dead letter, of which nothing is learnt', async () => {
    const wrong = [
      [{ frame: 'AAAA' }, 'frame: expected 12 numbers, shape [2, 2, 3] (as uint8: 12 bytes), got 3 bytes of base64'],
      [{ frame: '!!!!' }, 'frame: expected 12 numbers, shape [2, 2, 3] (as uint8: 12 bytes), got 3 bytes of base64'],
      [{ pixels: [1, 2, 3] }, 'pixels: expected 12 numbers, shape [2, 2, 3] (as uint8: 12 bytes), got 3 numbers'],
      [{ pixels: Array(12).fill(256) }, 'pixels: expected uint8 at [0, 0, 0], got 256'],
      [{ axes: [1, 'two', 3] }, 'axes: expected float64 at [1], got text "two"'],
      [{ axes: { x: 1 } }, 'axes: expected 3 numbers, shape [3] (as float64: 24 bytes), got an object'],
      [{ window: [[1, 2], [3]] }, 'window: expected 2 values at [1], got 1 values'],
      [{ window: 'not JSON' }, expect.stringContaining('window: expected a multiple of 2 numbers')],
    ] as const;
    const mixed = records.flatMap((record, k) =>
      k < wrong.length ? [{ ...record, temperature: 1e9, ...wrong[k]![0] }, record] : [record],
    );
    const config = { record: { key: 'device' }, fields };
    const { output, dead, summary } = await runConfig(ndjson(mixed), config);
    expect(output === (await runConfig(ndjson(records), config)).output).toBe(true);
    expect(dead.map(({ line, reason }) => [line, reason])).toEqual(wrong.map(([, reason], k) => [2 * k + 1, reason]));
    expect(summary.badRecords).toBe(wrong.length);

    const operator = normalize<(typeof records)[0]>({ key: 'device', fields });
    const scored = await lastValueFrom(from(mixed as typeof records).pipe(operator, toArray()));
    const unfit = scored.filter((record) => record.unfit !== undefined);
    expect(unfit.map((record) => `${Object.entries(record.unfit!)[0]!.join(': ')}`)).toEqual(
      dead.map(({ reason }) => reason),
    );
    for (const { normalized } of unfit) expect(new Set(Object.values(normalized))).toEqual(new Set([null]));
    const fit = scored.filter((record) => record.unfit === undefined);
    expect(JSON.parse(JSON.stringify(fit, packed))).toEqual(recordsOf(output));
  });

  it('are null where they are absent or null, and read the slow way alike', async () => {
    const odd = [
      '{"device":"d0","axes":null}',
      '{"device":"d0"}',
      '{"device":"d0","ax\\u0065s":[1,2,3],"window":[[1,2]]}',
      '{"device":"d0","axes":[1,null,3],"window":"[[3,4]]"}',
      '{"device":"d0","axes":[4,5,6],"window":{"values":[5,6]},"frame":"\\u0041AAAAAAAAAAAAAAA"}',
    ];
    const { output, dead } = await runConfig(`${odd.join('\n')}\n`, {
      record: { key: 'device' },
      fields: { ...fields, axes: { shape: [3], warmup: 1 } },
    });
    expect(dead).toEqual([]);
    expect(recordsOf(output).map(({ normalized }) => [normalized.axes, normalized.window])).toEqual([
      [null, null],
      [null, null],
      [null, null],
      [[0, null, 0], [[0, 0]]],
      [
        [0, 0, 0],
        [3, 3],
      ],
    ]);
  });
});

/** Typed arrays as the arrays that JSON has. */
function packed(_: string, value: unknown): unknown {
  return ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<number>) : value;
}
