import { describe, expect, it } from 'vitest';
import { JointDetector } from '../../src/drift/joint-detector.js';
import { createScorer } from '../../src/normalize/create-scorer.js';
import type { OnDrift } from '../../src/normalize/drift-options.js';
import type { FieldOptions } from '../../src/normalize/field-options.js';
import type { RenormalizationPolicy } from '../../src/normalize/renormalization-policy.js';
import { RenormalizingNormalizer } from '../../src/normalize/renormalizing-normalizer.js';
import { resolveField } from '../../src/normalize/resolve-field.js';
import { ZScoreNormalizer } from '../../src/normalize/z-score-normalizer.js';
import { DecayedMoments } from '../../src/stats/decayed-moments.js';
import { Moments } from '../../src/stats/moments.js';
import { freshly, obeysNormalizerLaws } from '../laws/normalizer-laws.js';
import { seededNormals } from '../support/seeded-normals.js';

const zScore = () => new ZScoreNormalizer(new Moments(), { ddof: 0, whenFlat: 'zero' });
const decayed = () => new ZScoreNormalizer(new DecayedMoments({ halfLife: 500 }), { ddof: 0, whenFlat: 'zero' });
const policies: RenormalizationPolicy[] = [
  { kind: 'reset' },
  { kind: 'shrink' },
  { kind: 'shadow' },
  { kind: 'blend', over: 30 },
];

for (const policy of policies) {
  const make = (method = zScore) => new RenormalizingNormalizer(method, new JointDetector(), policy);

  describe(`renormalizing by ${policy.kind}`, () => {
    obeysNormalizerLaws({ make: () => make() });

    it('recovers from a shift of five scales at once, and of half and threefold scales, in either method', () => {
      for (const method of [zScore, decayed]) {
        for (const [change, center, scale] of [
          [(g: number) => g + 5, 5, 1],
          [(g: number) => 3 * g, 0, 3],
          [(g: number) => g / 3, 0, 1 / 3],
          [(g: number) => 100 + 20 * g, 100, 20],
        ] as const) {
          for (let seed = 1; seed <= 5; seed++) {
            const normalizer = freshly(make(method));
            const xs = seededNormals(seed * 31, 1600).map((g, t) => (t < 1000 ? g : change(g)));
            xs.forEach((x) => normalizer.step(x, Number.NaN));
            normalizer.refresh();
            expect(normalizer.epoch).toBeGreaterThanOrEqual(1);
            expect(normalizer.epoch).toBeLessThanOrEqual(4);
            expect(Math.abs(normalizer.center - center) / scale).toBeLessThan(0.35);
            expect(normalizer.scale / scale).toBeGreaterThan(0.75);
            expect(normalizer.scale / scale).toBeLessThan(1.35);
          }
        }
      }
    });

    it('tells what it did: epochs by one, the yardsticks that the scores around were made with', () => {
      const normalizer = freshly(make());
      const xs = seededNormals(17, 4000).map((g, t) => [g, g + 4, 5 * g + 4, g][Math.floor(t / 1000)]!);
      let epoch = 0;
      let event = 0;
      let after = [Number.NaN, Number.NaN];
      for (const [t, x] of xs.entries()) {
        const z = normalizer.step(x, Number.NaN);
        const { center, scale, renormalization } = normalizer;
        if (scale > 0) expect(Math.abs(z * scale + center - x)).toBeLessThan(1e-9);
        if (event !== 0) expect([center, scale]).toEqual(after);
        event = renormalization.event;
        if (event === 0) continue;
        epoch++;
        expect(renormalization.oldCenter).toBe(center);
        expect(renormalization.oldScale).toBe(scale);
        expect(renormalization.delay).toBeGreaterThanOrEqual(1);
        expect(Math.abs(t - renormalization.delay - (1000 * Math.round(t / 1000) - 1))).toBeLessThan(60);
        expect(normalizer.epoch).toBe(epoch);
        after = [renormalization.newCenter, renormalization.newScale];
        expect(after.every(Number.isFinite)).toBe(true);
      }
      expect(epoch).toBeGreaterThanOrEqual(3);
      expect(epoch).toBeLessThanOrEqual(6);
    });

    it('leaves no trace of what is not learnt and raises no storm on odd series', () => {
      const counter = Array.from({ length: 6000 }, (_, t) => t % 256);
      const twoValued = Array.from({ length: 6000 }, (_, t) => (((t * 7919) >> 3) % 5 < 2 ? 1 : 0));
      const constant = [...new Array(1000).fill(3), ...new Array(1000).fill(4), ...new Array(1000).fill(3)];
      for (const [xs, most] of [
        [counter, 6000 / 128],
        [twoValued, 6],
        [constant, 3],
      ] as const) {
        const normalizer = freshly(make());
        for (const x of xs) expect(normalizer.step(x, Number.NaN)).not.toBe(Number.POSITIVE_INFINITY);
        expect(normalizer.epoch).toBeLessThanOrEqual(most);
        expect(normalizer.state.every(Number.isFinite)).toBe(true);
      }
    });
  });
}

describe('a field with drift', () => {
  const epochs = (field: FieldOptions) => {
    const scorer = createScorer(resolveField(field), { missing: 0, late: 0, untimed: 0, gated: 0 });
    let state = new Float64Array(scorer.stride);
    let finite = 0;
    seededNormals(3, 1200).forEach((g, t) => {
      scorer.aim(state, 0);
      const z = scorer.score(t < 600 ? 10 + g : 16 + g, t * 1000);
      state = scorer.state as Float64Array<ArrayBuffer>;
      if (Number.isFinite(z)) finite++;
    });
    expect(finite).toBe(1200 - 30);
    return scorer.epoch;
  };
  const methods: FieldOptions[] = [
    { method: 'z-score' },
    { method: 'min-max' },
    { method: 'max-abs' },
    { method: 'robust' },
    { method: 'robust', spread: 'mad' },
    { method: 'quantile', distribution: 'normal' },
    { method: 'power' },
    { method: 'z-score', memory: { window: 400 } },
    { method: 'z-score', memory: { halfLife: '200s' } },
    { method: 'z-score', memory: { window: '400s' } },
    { method: 'robust', memory: { window: '400s' } },
  ];
  for (const field of methods) {
    const timed = JSON.stringify(field.memory ?? '').includes('s"');
    const possible: OnDrift[] =
      field.memory && 'window' in (field.memory as object) && timed
        ? ['reset']
        : [
            'reset',
            'shadow',
            ...(timed ? [] : (['shrink'] as const)),
            ...(field.method === 'power' || field.method === 'quantile' ? [] : [{ blend: 10 }]),
          ];
    it(`follows a shift: ${JSON.stringify(field)}`, () => {
      for (const policy of possible) {
        const found = epochs({ ...field, drift: { policy, detector: { falseAlarmEvery: 10_000 } } });
        expect(found, JSON.stringify(policy)).toBeGreaterThanOrEqual(1);
        expect(found).toBeLessThanOrEqual(3);
      }
    });
  }
  it('goes on bit for bit from a copy of its state in the midst of a warning, a blend and a shrunk window', () => {
    const xs = seededNormals(9, 1400).map((g, t) => (t < 600 ? g : t < 1000 ? g + 1.5 : 4 * g));
    for (const policy of policies) {
      const make = () => new RenormalizingNormalizer(zScore, new JointDetector({ evidence: 8 }), policy);
      const whole = freshly(make());
      const scores = Array.from(xs, (x) => whole.step(x, Number.NaN));
      for (let cut = 590; cut < 1200; cut += 7) {
        const first = freshly(make());
        for (const x of xs.subarray(0, cut)) first.step(x, Number.NaN);
        const second = make();
        const moved = new Float64Array(second.stride + 5);
        moved.set(first.state, 5);
        second.aim(moved, 5);
        expect(Array.from(xs.subarray(cut), (x) => second.step(x, Number.NaN))).toEqual(scores.slice(cut));
      }
    }
  });

  const refused: [field: FieldOptions, message: string][] = [
    [{ method: 'adaptive', drift: {} }, 'drift must be absent: adaptive follows its series by itself'],
    [
      { drift: { policy: 'restart' as 'reset' } },
      "policy must be 'reset', 'shrink', 'shadow', 'blend' or { blend: values }",
    ],
    [{ drift: { policy: { blend: 0 } } }, 'policy.blend must be an integer'],
    [{ drift: { detector: { falseAlarmEvery: 5 } } }, 'falseAlarmEvery must be'],
    [{ drift: { polcy: 'reset' } as object }, 'drift.polcy must be absent'],
    [{ drift: {}, learnWithin: 3 }, 'learnWithin must be absent beside drift'],
    [{ method: 'power', drift: { policy: 'blend' } }, 'policy must be'],
    [{ memory: { window: '5m' }, drift: { policy: 'shadow' } }, "policy must be 'reset' for a window in event time"],
    [{ memory: { halfLife: '5m' }, drift: { policy: 'shrink' } }, 'policy must be'],
  ];
  for (const [field, message] of refused)
    it(`refuses ${JSON.stringify(field)}`, () => expect(() => resolveField(field)).toThrow(message));
});
