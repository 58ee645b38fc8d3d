import { describe, expect, it } from 'vitest';
import { WindowExtent } from '../../src/stats/window-extent.js';
import { obeysStatisticLaws, obeysWindowLaw } from '../laws/statistic-laws.js';
import { expectSameExtent } from '../support/expect-same-extent.js';
import { PortableStream } from '../support/portable-stream.js';
import { readExtent } from '../support/read-extent.js';

describe.each([1, 2, 3, 7, 16, 40])('WindowExtent of %d', (length) => {
  const subject = { make: () => new WindowExtent({ length }), read: readExtent };
  obeysStatisticLaws(subject);
  obeysWindowLaw<WindowExtent>(subject, length, expectSameExtent);

  it('is the smallest and the largest of the last, at every step', () => {
    const xs = [...new PortableStream(5).gaussians(500)];
    const extent = new WindowExtent({ length });
    for (const [i, x] of xs.entries()) {
      extent.update(x);
      const last = xs.slice(Math.max(0, i + 1 - length), i + 1);
      expect(readExtent(extent)).toEqual([last.length, Math.min(...last), Math.max(...last)]);
    }
  });
});

describe('WindowExtent', () => {
  it('has no extent of nothing, and refuses a length that is none', () => {
    expect(readExtent(new WindowExtent({ length: 3 }))).toEqual([0, Number.NaN, Number.NaN]);
    for (const length of [0, 1.5, Number.NaN]) {
      expect(() => new WindowExtent({ length })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
    }
  });
});
