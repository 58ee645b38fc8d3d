import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TermTable } from '../../../../src/normalize/vector/text/term-table.js';

const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });

function put(table: TermTable, term: string): number {
  const bytes = Buffer.from(term);
  return table.insert(bytes, 0, bytes.length);
}
function find(table: TermTable, term: string): number {
  const bytes = Buffer.from(term);
  return table.find(bytes, 0, bytes.length);
}

describe('TermTable', () => {
  it('is a map from terms to indices of their own, whatever is put and pruned, and is its state', () => {
    const action = fc.oneof(
      { weight: 20, arbitrary: fc.record({ put: word }) },
      { weight: 1, arbitrary: fc.record({ prune: fc.integer({ min: 2, max: 5 }) }) },
      { weight: 1, arbitrary: fc.record({ restore: fc.constant(true) }) },
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 300 }), (actions) => {
        let table = new TermTable({ capacity: 150, base: 3 });
        const known = new Map<string, number>();
        let epoch = 0;
        for (const step of actions) {
          if ('put' in step) {
            const index = put(table, step.put);
            const before = known.get(step.put);
            if (before !== undefined) expect(index).toBe(before);
            else if (known.size === 150) expect(index).toBe(-1);
            else {
              expect([...known.values()]).not.toContain(index);
              known.set(step.put, index);
              table.setCount(index, known.size);
            }
          } else if ('prune' in step) {
            table.prune((index) => index % step.prune !== 0);
            for (const [term, index] of known) if (index % step.prune === 0) known.delete(term);
            expect(table.epoch).toBe(++epoch);
          } else table = new TermTable({ capacity: 150, base: 3 }, Float64Array.from(table.state));
          expect(table.size).toBe(known.size);
        }
        for (const [term, index] of known) {
          expect(find(table, term)).toBe(index);
          expect(table.term(index)).toBe(term);
        }
        expect(find(table, 'no such term')).toBe(-1);
        expect(table.state.every(Number.isSafeInteger)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
