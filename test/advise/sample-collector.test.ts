import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SampleCollector } from '../../src/advise/sample-collector.js';

describe('SampleCollector', () => {
  it('gives back what it was given, by field and key, in order', () => {
    const record = fc.record({ key: fc.constantFrom('a', 'b', 'c'), x: fc.double(), y: fc.option(fc.double()) });
    fc.assert(
      fc.property(fc.array(record, { maxLength: 80 }), (records) => {
        const collector = new SampleCollector();
        records.forEach(({ key, x, y }, i) => {
          collector.begin(key, i);
          collector.add('x', x);
          if (y !== null) collector.add('y', y);
        });
        for (const { name, series } of collector.fields())
          for (const { key, values, times } of series) {
            const own = records
              .map((one, i) => ({ ...one, i }))
              .filter((one) => one.key === key && one[name as 'x'] !== null);
            expect([...values]).toEqual(own.map((one) => one[name as 'x']));
            expect([...times]).toEqual(own.map(({ i }) => i));
          }
        expect(collector.records).toBe(records.length);
      }),
    );
  });

  it('is full at its limit, and drops fields in which there is no number', () => {
    const collector = new SampleCollector(2);
    collector.begin('', Number.NaN);
    collector.add('text', Number.NaN, true);
    expect(collector.isFull).toBe(false);
    collector.begin('', Number.NaN);
    expect(collector.isFull).toBe(true);
    expect(collector.fields()).toEqual([]);
  });

  it('counts what is beyond its number of fields', () => {
    const collector = new SampleCollector();
    collector.begin('', 0);
    for (let i = 0; i < 1030; i++) collector.add(`f${i}`, i);
    expect(collector.fields()).toHaveLength(1024);
    expect(collector.leftOut).toBe(6);
  });

  it('refuses a limit that is none', () => {
    expect(() => new SampleCollector(0)).toThrow(expect.objectContaining({ option: 'records' }));
  });
});
