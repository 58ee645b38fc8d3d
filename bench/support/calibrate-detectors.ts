// Measures how long detectors run in control, on N(0, 1), from their parameters: those for which no equation is solved. Prints the module
// src/drift/run-length/calibrated-run-lengths.ts; `npm run calibrate` writes it.
import { Adwin } from '../../src/drift/adwin.js';
import type { Detector } from '../../src/drift/detector.js';
import { HddmA } from '../../src/drift/hddm-a.js';
import { HddmW } from '../../src/drift/hddm-w.js';
import { JointDetector } from '../../src/drift/joint-detector.js';
import { Kswin } from '../../src/drift/kswin.js';
import { PageHinkley } from '../../src/drift/page-hinkley.js';
import { simulateRunLength } from '../../src/drift/run-length/simulate-run-length.js';

/** Runs beyond this are not waited for. */
const LONGEST = 1_000_000;
const CHUNK = 100;
const MOST_RUNS = 4000;

/** Mean run length, from 200 runs at least, and so many more as `budget` values allow. */
function measure(make: () => Detector, budget: number): number {
  let total = 0;
  let runs = 0;
  while (runs < MOST_RUNS && (runs < 200 || total < budget)) {
    total += CHUNK * simulateRunLength(make(), { runs: CHUNK, seed: 1000 + runs, longest: 20 * LONGEST });
    runs += CHUNK;
  }
  return total / runs;
}

const grids: Readonly<
  Record<string, [make: (parameter: number) => Detector, first: number, step: number, budget: number]>
> = {
  joint: [(evidence) => new JointDetector({ evidence }), 2, 1, 3e7],
  'adwin, clock 1': [(log) => new Adwin({ clock: 1, delta: Math.exp(-log) }), -1, 1, 1e7],
  'adwin, clock 32': [(log) => new Adwin({ clock: 32, delta: Math.exp(-log) }), -2, 1, 6e7],
  'page-hinkley': [(threshold) => new PageHinkley({ delta: 0.25, keep: 1, threshold }), 3, 1.5, 6e7],
  kswin: [(log) => new Kswin({ alpha: Math.exp(-log) }), 1, 1, 4e6],
  'hddm-a': [(log) => new HddmA({ input: 'normalized', delta: Math.exp(-log) }), 1.5, 0.5, 4e7],
  'hddm-w': [(log) => new HddmW({ input: 'normalized', delta: Math.exp(-log) }), 0.5, 0.5, 4e7],
};

const names = process.argv.slice(2);
for (const [name, [make, first, step, budget]] of Object.entries(grids)) {
  if (names.length > 0 && !names.includes(name)) continue;
  const points: string[] = [];
  for (let parameter = first, length = 0; length < LONGEST; parameter += step) {
    const before = length;
    length = measure(() => make(parameter), budget);
    if (length > 3 * LONGEST) break;
    if (length > before) points.push(`[${parameter}, ${Number(Math.log(length).toFixed(3))}]`);
    console.error(name, parameter, length.toFixed(0));
  }
  console.log(`  ${/^[a-z]+$/.test(name) ? name : `'${name}'`}: [${points.join(', ')}],`);
}
