import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordNormalizer } from '../../src/normalize/record-normalizer.js';
import { SeriesTable } from '../../src/series/series-table.js';
import { outline } from '../../src/service/page/try/outline.js';
import { readSample } from '../../src/service/page/try/read-sample.js';
import { adviseOn, fieldNames, keyNames, METHODS, tryField } from '../../src/service/page/try/try-out.js';

const bytesOf = (text: string) => new TextEncoder().encode(text);

describe('readSample', () => {
  it('reads the same records from CSV, NDJSON and a JSON array', () => {
    const value = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(null));
    const record = fc.record({ device: fc.stringMatching(/^[a-z "',;]{1,8}[a-z]$/), x: value, y: value });
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 30 }), (given) => {
        const records = given.map(({ device, x, y }) => ({
          device,
          x: x === null ? null : x + 0,
          y: y === null ? null : y + 0,
        }));
        // A cell is trimmed, and may be a word for what is missing: those are other tests' business.
        fc.pre(records.every(({ device }) => device.trim() === device && !/^(na|nan|null|none|n)$/i.test(device)));
        const cell = (x: number | null) => (x === null ? '' : String(x));
        const rows = records.map(({ device, x, y }) => `"${device.replaceAll('"', '""')}",${cell(x)},${cell(y)}`);
        const texts = [
          `device,x,y\n${rows.join('\n')}\n`,
          records.map((one) => JSON.stringify(one)).join('\n'),
          ` [${records.map((one) => JSON.stringify(one)).join(',')}]`,
        ];
        const samples = texts.map((text) => readSample(bytesOf(text)));
        expect(samples.map(({ format }) => format)).toEqual(['csv', 'ndjson', 'json']);
        for (const sample of samples)
          expect({ ...sample, format: '' }).toEqual({
            format: '',
            records,
            bad: 0,
            firstFault: undefined,
            isCut: false,
          });
      }),
    );
  });

  it.each([
    ['{"x":1}\n{"x":\n[1]\n{"x":2}', 2, 2, /^line 2: /],
    ['x,y\n1,2\n1\n3,4', 2, 1, /^line 3: /],
    ['[{"x":1},', 0, 1, /JSON/],
    ['[1, 2, "a"]', 2, 1, /^item 3: not a JSON object$/],
    ['', 0, 0, /^$/],
  ])('says what of %j cannot be read', (text, records, bad, fault) => {
    const sample = readSample(bytesOf(text));
    expect([sample.records.length, sample.bad]).toEqual([records, bad]);
    expect(sample.firstFault ?? '').toMatch(fault);
  });
});

describe('tryField', () => {
  it('scores as normalize does, each key by itself', () => {
    const records = Array.from({ length: 400 }, (_, i) => ({ k: 'abc'[i % 3]!, x: Math.sin(i) * 10 + i / 50 }));
    const tried = tryField(records, 'x', 'k');
    expect(tried).toMatchObject({ field: 'x', values: 400, key: 'a' });
    expect(tried.methods.map(({ method }) => method)).toEqual(METHODS);
    for (const { method, mean, scores, outline: drawn } of tried.methods) {
      const table = new SeriesTable();
      const engine = new RecordNormalizer({ named: [{ name: 'x', options: { method } }], table });
      const all = records.map(({ k, x }) => engine.score(0, table.slotOf(k), x, Number.NaN));
      const known = all.filter((score) => !Number.isNaN(score));
      expect(scores, method).toBe(known.length);
      expect(mean, method).toBe(known.reduce((sum, score) => sum + score, 0) / known.length);
      expect(drawn, method).toEqual(outline(Float64Array.from(all.filter((_, i) => i % 3 === 0))));
    }
  });

  it('has fields for numbers and keys for words that come again', () => {
    const records = Array.from({ length: 20 }, (_, i) => ({
      id: `${i}`,
      site: 'ab'[i % 2]!,
      unit: 'x',
      v: { w: i },
      ts: i,
    }));
    expect(fieldNames(records)).toEqual(['v.w']);
    expect(keyNames(records)).toEqual(['unit', 'site']);
    expect(tryField([], 'x', undefined).methods[0]!.scores).toBe(0);
  });

  it('advises what advise does', () => {
    const records = Array.from({ length: 500 }, (_, i) => ({ x: 500 + 20 * Math.sin(i * i) }));
    const advice = adviseOn(records, 'x', undefined)!;
    expect(METHODS as readonly string[]).toContain(advice.method);
    expect(advice.reasons.length).toBeGreaterThan(0);
    expect(adviseOn([{ x: 'a' }], 'x', undefined)).toBeUndefined();
  });
});

describe('outline', () => {
  it('keeps the lowest and the highest, wherever they are', () => {
    fc.assert(
      fc.property(
        fc.float64Array({ minLength: 1, maxLength: 2000, noNaN: true, noDefaultInfinity: true }),
        (column) => {
          const drawn = outline(column);
          expect(drawn.length).toBe(2 * Math.min(300, column.length));
          expect(Math.min(...drawn)).toBe(Math.min(...column));
          expect(Math.max(...drawn)).toBe(Math.max(...column));
        },
      ),
    );
    expect(outline(Float64Array.of(Number.NaN, 3))).toEqual(Float64Array.of(Number.NaN, Number.NaN, 3, 3));
  });
});
