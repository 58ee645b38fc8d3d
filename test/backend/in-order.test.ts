import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InOrder } from '../../src/backend/in-order.js';

describe('InOrder', () => {
  it('starts and settles jobs in their order, never more than the limit at a time, whatever each takes and however it ends', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.record({ turns: fc.integer({ min: 0, max: 4 }), fails: fc.boolean() }), { maxLength: 20 }),
        async (limit, jobs) => {
          const order = new InOrder(limit);
          const started: number[] = [];
          const settled: string[] = [];
          let most = 0;
          let running = 0;
          const runs = jobs.map(({ turns, fails }, i) =>
            order
              .run(async () => {
                started.push(i);
                most = Math.max(most, ++running);
                for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
                running--;
                if (fails) throw new Error(`job ${i}`);
                return i;
              })
              .then(
                (value) => settled.push(`${value}`),
                (error: Error) => settled.push(error.message),
              ),
          );
          await Promise.all(runs);
          await order.idle();
          expect(started).toEqual(jobs.map((_, i) => i));
          expect(settled).toEqual(jobs.map(({ fails }, i) => (fails ? `job ${i}` : `${i}`)));
          expect(most).toBeLessThanOrEqual(limit);
          expect(order.running).toBe(0);
        },
      ),
      { numRuns: 50 },
    );
  });
});
