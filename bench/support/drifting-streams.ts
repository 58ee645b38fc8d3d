import { seededGaussian } from './seeded-gaussian.js';
import { seededUniform } from './seeded-uniform.js';

/** Records of three features, and a target. */
export interface DriftingStream {
  readonly name: string;
  readonly features: readonly Float64Array[];
  readonly targets: Float64Array;
}

const LENGTH = 6000;

/**
 * Streams whose target is `2a − b + .5c` of what their features mean, with a fifth of noise, while their sensors, units or levels change; in
 * the last ones the levels mean something themselves.
 */
export function driftingStreams(): DriftingStream[] {
  const make = (
    name: string,
    seed: number,
    read: (z: number, t: number, feature: number, u: () => number) => number,
    means: (z: number, x: number, feature: number) => number = (z) => z,
  ): DriftingStream => {
    const u = seededUniform(seed);
    const zs = [0, 1, 2].map((f) => seededGaussian({ seed: 97 * seed + f, length: LENGTH }));
    const noise = seededGaussian({ seed: 97 * seed + 5, length: LENGTH });
    const features = zs.map((z, f) => Float64Array.from(z, (value, t) => read(value, t, f, u)));
    const meaning = (f: number, t: number) => means(zs[f]![t]!, features[f]![t]!, f);
    const targets = Float64Array.from(
      noise,
      (e, t) => 2 * meaning(0, t) - meaning(1, t) + 0.5 * meaning(2, t) + 0.2 * e,
    );
    return { name, features, targets };
  };
  const step = (t: number, every: number) => Math.floor(t / every);
  const walks = [11, 12, 13].map((seed) => {
    let level = 0;
    return seededGaussian({ seed, length: LENGTH }).map((e) => {
      level += 0.05 * e;
      return level;
    });
  });
  return [
    make('steady', 1, (z, _, f) => 20 + 10 * f + 3 * z),
    make('levels jump', 2, (z, t, f) => 20 + 12 * ((step(t, 1000) + f) % 4) + 3 * z),
    make('one sensor is replaced', 3, (z, t, f) => (f === 0 && t > 3000 ? 80 : 20) + 3 * z),
    make(
      'units change',
      4,
      (z, t, f) => (10 + 2 * z) * (f === 1 && t > 2500 ? 10 : 1) * (f === 2 && t > 4500 ? 0.1 : 1),
    ),
    make('noise grows and shrinks', 5, (z, t) => 5 + z * [1, 6, 0.7, 3][step(t, 1500)]!),
    make('slow drift', 6, (z, t, f) => 20 + (f + 1) * 0.004 * t + 2 * z),
    make('levels wander', 7, (z, t, f) => 10 + 2 * walks[f]![t]! + 2 * z),
    make('spikes', 8, (z, _, __, u) => 20 + 3 * z + (u() < 0.01 ? 300 * (u() - 0.5) : 0)),
    make(
      'a daily cycle that matters',
      9,
      (z, t) => 15 + 4 * Math.sin((2 * Math.PI * t) / 288) + 2 * z,
      (_, x) => (x - 15) / 4,
    ),
  ];
}
