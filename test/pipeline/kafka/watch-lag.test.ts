import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchLag } from '../../../src/pipeline/kafka/watch-lag.js';
import { Health } from '../../../src/pipeline/metrics/health.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const http = { host: 'localhost', port: 0, allowedHosts: [] };

it('is not ready beyond the limit, and again when half of it is worked off', () => {
  const health = new Health();
  health.enter('running');
  let lags = [100, 0];
  const read = () => lags.map((lag, partition) => ({ topic: 't', partition, position: 1000, endOffset: 1000 + lag }));
  const timer = watchLag({ http: { ...http, maxLag: 100 } }, health, read);
  const at = (...now: number[]) => {
    lags = now;
    vi.advanceTimersByTime(1000);
    return health.ready;
  };
  expect(at(100, 0)).toBe(true);
  expect(at(60, 41)).toBe(false);
  expect(health.reasons).toMatchObject([{ id: 'lag', text: '101 records behind, http.maxLag is 100' }]);
  expect(at(51, 0)).toBe(false);
  expect(at(50, 0)).toBe(true);
  expect(at(100, 0)).toBe(true);
  clearInterval(timer);
});

it('has no limit of its own', () => {
  expect(watchLag({ http }, new Health(), () => [])).toBeUndefined();
  expect(watchLag({ http: false }, new Health(), () => [])).toBeUndefined();
});
