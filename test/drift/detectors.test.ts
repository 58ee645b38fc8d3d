import { describe, expect, it } from 'vitest';
import { Adwin } from '../../src/drift/adwin.js';
import { Cusum } from '../../src/drift/cusum.js';
import type { Detector } from '../../src/drift/detector.js';
import { EwmaChart } from '../../src/drift/ewma-chart.js';
import { HddmA } from '../../src/drift/hddm-a.js';
import { HddmW } from '../../src/drift/hddm-w.js';
import { Kswin } from '../../src/drift/kswin.js';
import { PageHinkley } from '../../src/drift/page-hinkley.js';
import { Shewhart } from '../../src/drift/shewhart.js';
import { alarms, fresh, obeysDetectorLaws } from '../laws/detector-laws.js';
import { PortableStream } from '../support/portable-stream.js';

type Segment = readonly [length: number, mean: number, sd: number];
const stream = (seed: number, ...segments: Segment[]): number[] => {
  const portable = new PortableStream(seed);
  return segments.flatMap(([length, mean, sd]) => Array.from({ length }, () => mean + sd * portable.gaussian()));
};
const times = (detector: Detector, xs: number[]) => alarms(fresh(detector), xs).map(([t]) => t);

describe('on the portable streams, with the defaults of river 0.26', () => {
  const streams = {
    S1: stream(11, [1000, 0, 1], [1000, 1, 1]),
    S2: stream(12, [1000, 0, 1], [1000, 0, 3]),
    S3: stream(13, [500, 0, 1], [500, 3, 1], [500, 0, 1], [500, -3, 1]),
  };
  const expected: [name: string, make: () => Detector, S1: number[], S2: number[], S3: number[]][] = [
    ['ADWIN', () => new Adwin(), [1055], [], [511, 1023, 1535]],
    ['ADWIN, clock 1', () => new Adwin({ clock: 1 }), [1046], [], [508, 1010, 1510]],
    ['Page-Hinkley', () => new PageHinkley(), [1041], [1335, 1430, 1488, 1559, 1975], [515, 1013, 1517]],
    [
      'CUSUM',
      () => new Cusum(),
      [57, 184, 259, 323, 453, 492, 1005, 1046, 1376, 1857],
      [384, 552, 1002, 1334, 1979],
      [59, 100, 253, 503, 702, 832, 870, 1001, 1104, 1501],
    ],
    ['EWMA', () => new EwmaChart(), [1039, 1376], [], [508, 1007, 1510]],
    [
      'Shewhart',
      () => new Shewhart(),
      [323, 1046],
      [31, 84, 154, 313, 551, 819, 1000, 1331, 1839, 1895],
      [121, 232, 273, 422, 500, 533, 1000, 1112, 1257, 1500],
    ],
  ];
  it('starts the streams as the reference does', () => {
    expect([streams.S1[0], streams.S1[1000]]).toEqual([-1.3167216056026518, 1.2808646387420595]);
  });
  for (const [name, make, S1, S2, S3] of expected)
    it(`${name} alarms when it does`, () => {
      expect(times(make(), streams.S1)).toEqual(S1);
      expect(times(make(), streams.S2)).toEqual(S2);
      expect(times(make(), streams.S3)).toEqual(S3);
    });
});

describe('on longer streams, as river 0.26.1 was run on them', () => {
  const levels = [0, 0.5, -0.5, 2, 0];
  const scales = [1, 1, 2, 1, 0.5];
  const regimes = Array.from({ length: 20 }, (_, k): Segment => [1500, levels[k % 5]!, scales[(k >> 1) % 5]!]);
  const xs = stream(23, ...regimes);
  const bits = (() => {
    const portable = new PortableStream(21);
    return [0.3, 0.5, 0.2].flatMap((p) => Array.from({ length: 1000 }, () => (portable.uniform() < p ? 1 : 0)));
  })();

  it('ADWIN', () => {
    expect(times(new Adwin(), xs)).toEqual([
      1631, 3039, 4511, 6015, 9471, 10591, 12031, 13535, 16575, 18047, 19519, 21023, 24319, 25535, 27039, 28511,
    ]);
    expect(times(new Adwin({ clock: 1 }), xs)).toEqual([
      1604, 3024, 4508, 6014, 9465, 10557, 12011, 13509, 16546, 18046, 19511, 21013, 24322, 25530, 27011, 28508,
    ]);
    expect(times(new Adwin({ clock: 1, delta: 0.3 }), xs)).toEqual([
      678, 953, 1544, 2829, 3011, 3617, 4504, 4728, 5341, 6010, 7457, 9291, 10522, 11030, 11701, 12007, 13505, 15178,
      15778, 16005, 16517, 17331, 18019, 18280, 19505, 20969, 21015, 22053, 22230, 24148, 25510, 27006, 28504,
    ]);
  });
  it('HDDM', () => {
    expect(times(new HddmA(), bits)).toEqual([1179, 2036]);
    expect(times(new HddmA({ sides: 'up' }), bits)).toEqual([1179]);
    expect(times(new HddmW(), bits)).toEqual([1011, 1675, 2006]);
    expect(times(new HddmW({ sides: 'up' }), bits)).toEqual([1011, 1675]);
  });
});

describe('Adwin', () => {
  obeysDetectorLaws({ make: () => new Adwin({ clock: 1 }) });
  it('keeps what came after the change, and says how far it went and how long ago', () => {
    const adwin = fresh(new Adwin({ clock: 1 }));
    const xs = stream(31, [1000, 1e9, 2], [200, 1e9 + 10, 2]);
    const at = xs.findIndex((x) => adwin.update(x) !== 0);
    expect(at).toBeGreaterThanOrEqual(1000);
    expect(at).toBeLessThan(1010);
    expect(adwin.delay).toBeLessThanOrEqual(at - 999 + 4);
    expect(adwin.size).toBeGreaterThan(6);
    expect(adwin.size).toBeLessThan(12);
    for (const x of xs.slice(at + 1)) adwin.update(x);
    expect(Math.abs(adwin.mean - 1e9 - 10)).toBeLessThan(0.6);
    expect(adwin.variance).toBeGreaterThan(2.8);
    expect(adwin.variance).toBeLessThan(5.5);
  });
  it('has mean and variance of its window far from zero, and after a spike has left', () => {
    const xs = stream(32, [5000, 1e9, 1]);
    const adwin = fresh(new Adwin({ delta: 1e-9 }));
    for (const x of xs) adwin.update(x);
    const mean = xs.reduce((sum, x) => sum + (x - 1e9), 0) / xs.length;
    const variance = xs.reduce((sum, x) => sum + (x - 1e9 - mean) ** 2, 0) / xs.length;
    expect(Math.abs(adwin.mean - 1e9 - mean)).toBeLessThan(1e-6);
    expect(Math.abs(adwin.variance / variance - 1)).toBeLessThan(1e-7);
  });
  it('holds no more values than it may, and stays of one size', () => {
    const adwin = fresh(new Adwin({ maxWidth: 635 }));
    const { stride } = adwin;
    for (const x of stream(33, [20_000, 0, 1])) adwin.update(x);
    expect(adwin.width).toBeLessThanOrEqual(635 + 64);
    expect(adwin.width).toBeGreaterThan(300);
    expect(adwin.stride).toBe(stride);
    for (const [t, event] of alarms(adwin, stream(34, [500, 3, 1]))) {
      expect(t).toBeLessThan(40);
      expect(event).toBe(1);
    }
  });
});

describe('PageHinkley', () => obeysDetectorLaws({ make: () => new PageHinkley({ threshold: 30, delta: 0.25 }) }));
describe('Cusum', () => obeysDetectorLaws({ make: () => new Cusum({ threshold: 8 }) }));
describe('Cusum of known values', () =>
  obeysDetectorLaws({ make: () => new Cusum({ reference: { center: 0, scale: 2 } }), relearns: false }));
describe('Shewhart', () => obeysDetectorLaws({ make: () => new Shewhart({ limit: 4.5 }), shift: 8 }));
describe('EwmaChart', () => obeysDetectorLaws({ make: () => new EwmaChart() }));
describe('EwmaChart, frozen', () =>
  obeysDetectorLaws({ make: () => new EwmaChart({ limit: 4, reference: { warmup: 50 } }) }));
describe('Kswin', () => obeysDetectorLaws({ make: () => new Kswin({ alpha: 1e-5 }) }));
const toShare = (u: number) => 0.5 + u / (2 * Math.sqrt(2 + u * u));
describe('HddmA', () => obeysDetectorLaws({ make: () => new HddmA(), input: toShare }));
describe('HddmW', () => obeysDetectorLaws({ make: () => new HddmW(), input: toShare }));
