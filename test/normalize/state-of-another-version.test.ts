import { describe, expect, it } from 'vitest';
import { AdaptiveNormalizer } from '../../src/normalize/adaptive-normalizer.js';
import { RecordNormalizer } from '../../src/normalize/record-normalizer.js';
import { resolveField } from '../../src/normalize/resolve-field.js';
import { SeriesTable } from '../../src/series/series-table.js';

const named = [
  { name: 'x', options: { method: 'adaptive' } },
  { name: 'y', options: { method: 'z-score', warmup: 2 } },
] as const;

/** A checkpoint of a field x whose state `shorten` makes shorter, under the very same configuration. */
function checkpoint(shorten: number): Uint8Array {
  const table = new SeriesTable();
  const { fingerprint, stride: whole } = present();
  const stride = whole - shorten;
  const column = table.column('x', fingerprint, stride, false);
  const engine = new RecordNormalizer({ named: named.slice(1), table });
  const slot = table.slotOf('a', 0);
  column.restore(slot, new Float64Array(stride).fill(3));
  for (let i = 0; i < 9; i++) engine.score(0, slot, i, i);
  return table.toBytes();
}

/** Fingerprint and length of the state of x as they are now. */
function present(): { fingerprint: string; stride: number } {
  const engine = new RecordNormalizer({ named: named.slice(0, 1), table: new SeriesTable() });
  return { fingerprint: resolveField(named[0].options).fingerprint, stride: engine.fields[0]!.column!.stride };
}

describe('state that an earlier version of adaptive has left', () => {
  it('is not read: the field begins afresh and says so, and the others go on', () => {
    const engine = new RecordNormalizer({ named, table: SeriesTable.fromBytes(checkpoint(13)) });
    expect(engine.restarted).toEqual(['x']);
    const slot = engine.table.slotOf('a', 100);
    expect(engine.score(0, slot, 5, 100)).toBeNaN();
    expect(engine.score(1, slot, 4, 100)).toBeCloseTo(0, 12);
  });
  it('is refused by name where nobody may drop it, telling the lengths', () => {
    const table = SeriesTable.fromBytes(checkpoint(13));
    const { fingerprint, stride } = present();
    expect(stride).toBeGreaterThanOrEqual(AdaptiveNormalizer.stride);
    expect(() => table.column('x', fingerprint, stride, false)).toThrowError(
      expect.objectContaining({
        code: 'INCOMPATIBLE_STATE',
        message: expect.stringContaining(`(${stride} doubles), got ${fingerprint} (${stride - 13} doubles)`),
      }),
    );
  });
  it('is read where it is of this version', () => {
    expect(new RecordNormalizer({ named, table: SeriesTable.fromBytes(checkpoint(0)) }).restarted).toEqual([]);
  });
});
