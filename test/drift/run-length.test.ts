import { describe, expect, it } from 'vitest';
import { createDetector } from '../../src/drift/create-detector.js';
import { Cusum } from '../../src/drift/cusum.js';
import type { DetectorName } from '../../src/drift/detector-options.js';
import { EwmaChart } from '../../src/drift/ewma-chart.js';
import { Kswin } from '../../src/drift/kswin.js';
import { cusumRunLength } from '../../src/drift/run-length/cusum-run-length.js';
import { estimatedRunLength } from '../../src/drift/run-length/estimated-run-length.js';
import { simulateRunLength } from '../../src/drift/run-length/simulate-run-length.js';
import { solveLimit } from '../../src/drift/run-length/solve-limit.js';
import { runLength } from '../../src/drift/run-length.js';
import { Shewhart } from '../../src/drift/shewhart.js';
import { smirnovTail } from '../../src/drift/smirnov-tail.js';

const reference = { center: 0, scale: 1 };
const within = (actual: number, expected: number, share: number, what = '') =>
  expect(Math.abs(actual / expected - 1), `${what} ${actual}, not ${expected}`).toBeLessThan(share);

describe('runLength', () => {
  const shifts = [0, 0.5, 1, 2, 3];
  const printed: [name: string, detector: Cusum | EwmaChart | Shewhart, lengths: number[]][] = [
    ['CUSUM .5 4', new Cusum({ slack: 0.5, threshold: 4, reference }), [167.68, 26.63, 8.38, 3.34, 2.19]],
    ['CUSUM .5 5', new Cusum({ slack: 0.5, threshold: 5, reference }), [465.44, 38.0, 10.38, 4.01, 2.57]],
    ['EWMA .1 2.814', new EwmaChart({ alpha: 0.1, limit: 2.814, reference }), [499.58, 31.3, 10.33, 4.36, 2.87]],
    ['EWMA .2 2.962', new EwmaChart({ alpha: 0.2, limit: 2.962, reference }), [499.74, 41.76, 10.54, 3.74, 2.38]],
    ['Shewhart 3', new Shewhart({ limit: 3, reference }), [370.4, 155.22, 43.89, 6.3, 2.0]],
  ];
  for (const [name, detector, lengths] of printed)
    it(`${name} is as printed, and as simulated`, () => {
      shifts.forEach((shift, i) => within(runLength(detector, shift), lengths[i]!, 0.003, `${shift}`));
      within(simulateRunLength(detector, { runs: 3000 }), lengths[0]!, 0.05);
      within(simulateRunLength(detector, { shift: 1, runs: 3000 }), lengths[2]!, 0.05);
    });

  it('of a learnt reference is as simulated, in control and after a shift that the reference did not see', () => {
    const warmup = 100;
    const detectors = [
      new Cusum({ threshold: 4, reference: { warmup } }),
      new EwmaChart({ limit: 2.6, reference: { warmup } }),
      new Shewhart({ limit: 2.8, reference: { warmup } }),
    ];
    for (const detector of detectors) {
      within(runLength(detector), simulateRunLength(detector, { runs: 6000 }), 0.05, detector.constructor.name);
      const simulated = simulateRunLength(detector, { shift: 1, calm: warmup, runs: 4000 });
      // The solver counts the learning; the simulation begins behind it.
      within(runLength(detector, 1) - (warmup - 1), simulated, 0.06, detector.constructor.name);
    }
  });
  it('is what a limit was solved for', () => {
    for (const every of [20, 370, 1e4, 1e7]) {
      const limit = solveLimit(every, 4, 60, (h) => cusumRunLength(0.5, h, 0));
      within(cusumRunLength(0.5, limit, 0), every, 0.001);
    }
    const limit = solveLimit(500, 4, 60, (h) => estimatedRunLength(50, 0, (s, by) => cusumRunLength(s / 2, h * s, by)));
    within(simulateRunLength(new Cusum({ threshold: limit, reference: { warmup: 50 } }), { runs: 6000 }), 500, 0.05);
  });
  it('leaves the detector where it was', () => {
    const detector = new Kswin();
    const state = new Float64Array(detector.stride).fill(1);
    detector.aim(state, 0);
    runLength(detector, 2);
    expect([detector.state, detector.offset]).toEqual([state, 0]);
    expect(state.every((s) => s === 1)).toBe(true);
  });
});

describe('falseAlarmEvery', () => {
  const names: DetectorName[] = ['joint', 'adwin', 'page-hinkley', 'cusum', 'ewma', 'shewhart', 'hddm-a', 'hddm-w'];
  for (const name of names)
    it(`means the same for ${name}`, () => {
      for (const every of [300, 3000]) {
        const detector = createDetector({ name, falseAlarmEvery: every });
        // Self-starting ones learn from thirty values before they judge.
        const learning = name === 'joint' ? 0 : 30;
        const simulated = simulateRunLength(detector, { runs: every === 300 ? 3000 : 1000, seed: 77 }) - learning;
        within(simulated, every, 0.1);
        within(runLength(detector), every, 0.01);
      }
    });
  it('is kept by kswin as closely as its steps allow', () => {
    for (const every of [300, 3000]) {
      const detector = createDetector({ name: 'kswin', falseAlarmEvery: every });
      within(simulateRunLength(detector, { runs: 300, seed: 77 }), every, 0.35);
    }
  });
  it('is longer for whoever asks for longer', () => {
    for (const name of names) {
      const lengths = [500, 2000, 1e5, 1e8].map((every) => runLength(createDetector({ name, falseAlarmEvery: every })));
      for (let i = 1; i < lengths.length; i++) expect(lengths[i]).toBeGreaterThan(lengths[i - 1]!);
    }
  });
});

describe('smirnovTail', () => {
  it('counts orders: all that is possible, the few extreme ones', () => {
    expect(smirnovTail(0, 5, 7)).toBe(1);
    expect(smirnovTail(36, 5, 7)).toBe(0);
    // Only the two orders with all of one before all of the other are 35 / 35 apart, of 792.
    expect(smirnovTail(35, 5, 7)).toBeCloseTo(2 / 792, 14);
    // scipy 1.17, ks_2samp(method='exact'): D = 0.6 of 10 and 10.
    expect(smirnovTail(60, 10, 10)).toBeCloseTo(0.05244755244755244, 12);
  });
});
