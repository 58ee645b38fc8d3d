import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Health, type HealthReport, type Phase } from '../../../src/pipeline/metrics/health.js';
import { mergeHealth } from '../../../src/pipeline/metrics/merge-health.js';

const phases = ['starting', 'restoring', 'running', 'draining', 'stopped', 'failed'] as const;

describe('Health', () => {
  it('is ready exactly when it runs without a trouble, and says why whenever it is not', () => {
    const step = fc.oneof(
      fc.constantFrom<Phase>(...phases).map((phase) => (health: Health, open: Set<string>) => {
        health.enter(phase);
        return open;
      }),
      fc.constantFrom('lag', 'sink', 'disk').map((id) => (health: Health, open: Set<string>) => {
        health.trouble(id, `${id} is bad`);
        return open.add(id);
      }),
      fc.constantFrom('lag', 'sink', 'disk').map((id) => (health: Health, open: Set<string>) => {
        health.clear(id);
        open.delete(id);
        return open;
      }),
    );
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const health = new Health(() => 0);
        const open = new Set<string>();
        for (const one of steps) one(health, open);
        const { ready, live, phase, reasons } = JSON.parse(JSON.stringify(health.report())) as HealthReport;
        expect(ready).toBe(phase === 'running' && open.size === 0);
        expect(reasons.length === 0).toBe(ready);
        expect(live).toBe(phase !== 'stopped' && phase !== 'failed');
        expect(new Set(reasons.map(({ id }) => id).filter((id) => id !== 'phase'))).toEqual(open);
      }),
    );
  });

  it('remembers when a trouble and a phase began, whatever is said about them later', () => {
    let now = 10;
    const health = new Health(() => now);
    health.enter('restoring', '1 of 4 partitions');
    health.trouble('lag', '10 s behind');
    now = 20;
    health.enter('restoring', '2 of 4 partitions');
    health.trouble('lag', '20 s behind');
    expect(health.reasons).toEqual([
      { id: 'phase', text: '2 of 4 partitions', since: 10 },
      { id: 'lag', text: '20 s behind', since: 10 },
    ]);
    health.clear('lag');
    now = 30;
    health.trouble('lag', 'again');
    expect(health.reasons[1]!.since).toBe(30);
    health.enter('running');
    expect(health.reasons).toHaveLength(1);
  });
});

describe('mergeHealth', () => {
  const report = (worker: string, phase: Phase, trouble?: string) => {
    const health = new Health(() => 5);
    health.enter(phase);
    if (trouble !== undefined) health.trouble('it', trouble);
    return health.report(worker);
  };

  it('is ready when all are, and live when one is', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom<Phase>(...phases), { minLength: 1, maxLength: 5 }), (all) => {
        const merged = mergeHealth(all.map((phase, i) => report(`${i}`, phase)));
        expect(merged.ready).toBe(all.every((phase) => phase === 'running'));
        expect(merged.live).toBe(all.some((phase) => phase !== 'failed' && phase !== 'stopped'));
        expect(all).toContain(merged.phase);
        expect(merged.reasons.length === 0).toBe(merged.ready);
      }),
    );
  });

  it('says whose trouble it is', () => {
    const { ready, phase, reasons } = mergeHealth([report('0', 'running'), report('1', 'running', 'sink is down')]);
    expect({ ready, phase }).toEqual({ ready: false, phase: 'running' });
    expect(reasons).toEqual([{ id: 'it', text: 'sink is down', since: 5, worker: '1' }]);
  });

  it('is starting before any worker has reported', () => {
    expect(mergeHealth([])).toMatchObject({ phase: 'starting', live: true, ready: false });
  });
});
