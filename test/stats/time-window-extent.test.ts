import { describe, expect, it } from 'vitest';
import { TimeWindowExtent } from '../../src/stats/time-window-extent.js';
import { obeysStatisticLaws } from '../laws/statistic-laws.js';
import { obeysTimeWindowLaws } from '../laws/time-window-laws.js';
import { expectSameExtent } from '../support/expect-same-extent.js';
import { PortableStream } from '../support/portable-stream.js';
import { readExtent } from '../support/read-extent.js';

describe.each([
  { duration: 1000, allowedLateness: 1000 },
  { duration: 4000, allowedLateness: 300 },
  { duration: 300, allowedLateness: 5000 },
])('TimeWindowExtent %j', (lengths) => {
  const subject = { make: () => new TimeWindowExtent(lengths), read: readExtent };
  obeysStatisticLaws(subject);
  obeysTimeWindowLaws<TimeWindowExtent>(subject, lengths, expectSameExtent);
});

describe('TimeWindowExtent', () => {
  it('is the smallest and the largest of what is in the window, at every step', () => {
    const xs = [...new PortableStream(5).gaussians(500)];
    const extent = new TimeWindowExtent({ duration: 370 });
    for (const [i, x] of xs.entries()) {
      extent.update(x, i * 10);
      const last = xs.slice(Math.max(0, i - 36), i + 1);
      expect(readExtent(extent)).toEqual([last.length, Math.min(...last), Math.max(...last)]);
    }
    extent.advance(1e9);
    expect(readExtent(extent)).toEqual([0, Number.NaN, Number.NaN]);
  });
});
