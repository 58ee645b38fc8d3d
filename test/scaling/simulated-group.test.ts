import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RestoreFlows } from '../../bench/scaling/restore-flows.js';
import { type GroupEvent, type GroupModel, SimulatedGroup } from '../../bench/scaling/simulated-group.js';

const model = (partitions: number, changes: Partial<GroupModel> = {}): GroupModel => ({
  brokers: 3,
  stateBytes: Float64Array.from({ length: partitions }, (_, i) => 1e6 * (1 + (i % 3))),
  rates: new Float64Array(partitions).fill(100),
  capacity: 10_000,
  restore: { process: 10e6, broker: 100e6 },
  sessionTimeout: 6000,
  heartbeatInterval: 2000,
  drain: 100,
  costOfMember: 1,
  initialDelay: 3000,
  seed: 1,
  ...changes,
});
const joining = (count: number): GroupEvent[] =>
  Array.from({ length: count }, (_, process) => ({ at: 0, kind: 'join', process }));

const sumOfState = (partitions: readonly number[]) =>
  partitions.reduce((total, partition) => total + 1e6 * (1 + (partition % 3)), 0);

describe('SimulatedGroup', () => {
  it('ends, whatever comes and goes, with each partition at one process that lives, evenly, and everything served', () => {
    const kinds = fc.array(fc.tuple(fc.constantFrom('join', 'leave', 'kill'), fc.nat(20_000)), { maxLength: 12 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 24 }),
        kinds,
        fc.nat(99),
        (n, p, list, seed) => {
          const living = new Set(Array.from({ length: n }, (_, i) => i));
          const events = [...list]
            .sort(([, a], [, b]) => a - b)
            .flatMap(([kind, at], i): GroupEvent[] => {
              if (kind === 'join') {
                living.add(n + i);
                return [{ at, kind, process: n + i }];
              }
              const [process] = living;
              if (living.size === 1) return [];
              living.delete(process!);
              return [{ at, kind, process: process! } as GroupEvent];
            });
          const once = () => {
            const group = new SimulatedGroup(model(p, { seed }));
            return { group, first: group.run(joining(n)), after: group.run(events) };
          };
          const { group, first, after } = once();
          expect([...group.shares.keys()].sort()).toEqual([...living].sort());
          expect([...group.shares.values()].flat().sort((a, b) => a - b)).toEqual(
            Array.from({ length: p }, (_, i) => i),
          );
          const sizes = [...group.shares.values()].map((share) => share.length);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
          expect(first.moved).toBe(p);
          expect(after.orphaned).toBeLessThanOrEqual(after.moved);
          if (after.moved > 0) expect(after.allServed).toBeGreaterThanOrEqual(after.halfServed);
          expect(after.caughtUp).toBeGreaterThanOrEqual(after.settled);
          expect(once()).toEqual({ group: expect.anything(), first, after });
        },
      ),
    );
  });

  it('moves what a killed process had, and no more, once its session has ended', () => {
    const group = new SimulatedGroup(model(40));
    group.run(joining(10));
    const had = group.shares.get(4)!;
    const outcome = group.run([{ at: 0, kind: 'kill', process: 4 }]);
    expect(outcome.moved).toBe(had.length);
    expect(outcome.orphaned).toBe(had.length);
    expect(outcome.restoredBytes).toBe(sumOfState(had));
    expect(outcome.rebalances).toBe(1);
    // At the earliest a heartbeat before its session would have ended, at the latest after the slowest of the others joined.
    expect(outcome.settled).toBeGreaterThan(4000);
    expect(outcome.settled).toBeLessThan(6000 + 2000 + 100 + 10);
    expect(outcome.allServed).toBeGreaterThanOrEqual(outcome.settled + 100); // a million bytes at ten million a second
    expect(outcome.caughtUp).toBeGreaterThan(outcome.allServed);
  });

  it('moves what a new process needs for its share, and no more', () => {
    const group = new SimulatedGroup(model(40));
    group.run(joining(9));
    const { moved, orphaned, paused } = group.run([{ at: 0, kind: 'join', process: 9 }]);
    expect(moved).toBe(4);
    expect(orphaned).toBe(0);
    expect(paused).toBeGreaterThan(0);
    expect(paused).toBeLessThan(2100 + 10);
  });

  it('moves nothing when a process with a name of its own is back within its session', () => {
    const group = new SimulatedGroup(model(40));
    group.run(joining(10));
    const before = new Map(group.shares);
    const outcome = group.run([{ at: 0, kind: 'restart', process: 3, away: 2000 }]);
    expect(outcome).toMatchObject({ rebalances: 0, moved: 0, paused: 0 });
    expect(outcome.restoredBytes).toBe(sumOfState(before.get(3)!));
    expect(outcome.allServed).toBeCloseTo(2000 + sumOfState(before.get(3)!) / 10e3, 6);
    expect(new Map(group.shares)).toEqual(before);
  });

  it('never catches up where a process has more than it can do', () => {
    const group = new SimulatedGroup(model(8, { capacity: 390 }));
    group.run(joining(3));
    expect(group.run([{ at: 0, kind: 'kill', process: 0 }]).caughtUp).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('RestoreFlows', () => {
  it('gives a process and a broker no more than they can do', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(3), fc.nat(2), fc.integer({ min: 1e5, max: 1e7 })), { minLength: 1, maxLength: 20 }),
        (list) => {
          const flows = new RestoreFlows({ process: 5e6, broker: 8e6 });
          list.forEach(([process, broker, left], partition) => {
            flows.add({ partition, process, broker, left });
          });
          const ends = new Map<number, number>();
          flows.advance(Number.POSITIVE_INFINITY, ({ partition }, at) => ends.set(partition, at));
          expect(ends.size).toBe(list.length);
          const least = (which: 0 | 1, rate: number) =>
            Math.max(
              ...[0, 1, 2, 3].map((k) => list.reduce((bytes, flow) => bytes + (flow[which] === k ? flow[2] : 0), 0)),
            ) /
            (rate / 1000);
          const last = Math.max(...ends.values());
          expect(last).toBeGreaterThanOrEqual(Math.max(least(0, 5e6), least(1, 8e6)) - 10 * list.length);
          expect(last).toBeLessThanOrEqual(list.reduce((bytes, flow) => bytes + flow[2], 0) / 5e3 + 10);
        },
      ),
    );
  });
});
