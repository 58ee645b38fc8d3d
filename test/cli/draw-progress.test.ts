import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCount } from '../../src/cli/format-count.js';
import { drawProgress } from '../../src/cli/progress-bar.js';

describe('drawProgress', () => {
  it('shows share, rate and what is left', () => {
    expect(drawProgress({ records: 50_000, bytesRead: 25e6, bytesTotal: 100e6 }, 10, 100)).toBe(
      '████████░░░░░░░░░░░░░░░░░░░░░░  25%  50.0k records  5.00k/s  2.5 MB/s  0:30 left',
    );
  });
  it('shows the rate alone of a stream', () => {
    expect(drawProgress({ records: 1000, bytesRead: 1e6 }, 2, 80)).toBe('1.00k records  500/s  0.5 MB/s');
  });
  it('leaves the last column free, so that no terminal wraps it', () => {
    const size = fc.double({ min: 0, max: 1e15, noNaN: true });
    fc.assert(
      fc.property(
        size,
        size,
        size,
        fc.double({ min: 0, max: 1e7, noNaN: true }),
        fc.integer({ min: 1, max: 300 }),
        (records, bytesRead, bytesTotal, seconds, width) => {
          expect([...drawProgress({ records, bytesRead, bytesTotal }, seconds, width)].length).toBeLessThan(width);
        },
      ),
    );
  });
});

describe('formatCount', () => {
  it('takes at most five places', () => {
    expect([0, 999, 1000, 12_345, 999_499, 999_500, 4.56e6, 1.2e10].map(formatCount)).toEqual([
      '0', '999', '1.00k', '12.3k', '999k', '1.00M', '4.56M', '12.0G',
    ]); // biome-ignore format: a table
    fc.assert(fc.property(fc.integer({ min: 0, max: 999_499_999_999 }), (n) => formatCount(n).length < 6));
  });
});
