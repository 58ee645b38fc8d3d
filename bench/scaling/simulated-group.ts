import { assignPartitions, type GroupMember } from '../../src/kafka/assign-partitions.js';
import { encodeAssignment, encodeSubscription } from '../../src/kafka/group-protocol.js';
import type { TopicPartition } from '../../src/kafka/port.js';
import { seededUniform } from '../support/seeded-uniform.js';
import { type RestoreFlow, RestoreFlows, type RestoreRates } from './restore-flows.js';

/** All times in ms. */
export interface GroupModel {
  brokers: number;
  /** Bytes of state of each partition. */
  stateBytes: Float64Array;
  /** Records a second of each partition. */
  rates: Float64Array;
  /** Records a second that a process can score. */
  capacity: number;
  restore: RestoreRates;
  sessionTimeout: number;
  heartbeatInterval: number;
  /** What a member takes at most to settle what is under way before it joins. */
  drain: number;
  /** What the coordinator and the leader of the group take for each member in a rebalance. */
  costOfMember: number;
  /** How long the coordinator waits for more members of an empty group. */
  initialDelay: number;
  seed: number;
}

/** What happens to a process, and when. `restart`: a member with a name that outlives it is away for so long, within its session. */
export type GroupEvent = { at: number; process: number } & (
  | { kind: 'join' | 'leave' | 'kill' }
  | { kind: 'restart'; away: number }
);

export interface GroupOutcome {
  rebalances: number;
  /** Partitions that changed hands, each time that they did. */
  moved: number;
  /** Those of them whose owner was there no more. */
  orphaned: number;
  /** How long, all rebalances together, a process that was there throughout scored nothing: the mean. */
  paused: number;
  /** When the last rebalance ended. */
  settled: number;
  /** When half of the partitions that had moved, and all of them, were scored again; NaN where none had. */
  halfServed: number;
  allServed: number;
  /** When all records that had waited were scored; Infinity where a process has more than it can do. */
  caughtUp: number;
  /** Most partitions restored at once. */
  storm: number;
  restoredBytes: number;
  /** Largest share of a process over the mean: of partitions, and of records. */
  imbalance: { partitions: number; records: number };
  /** Bytes that the coordinator sends the leader, and that it keeps of the group in one record of its own topic. */
  joinBytes: number;
  groupBytes: number;
}

const TOPIC = 'telemetry';
/** What the coordinator keeps of a member beside what it told and was given: its names, its host, its timeouts. */
const NAMES_OF_MEMBER = 160;

/**
 * A consumer group under the classic protocol, as its members see it: a member that is gone is noticed when its session ends, the
 * others at their next heartbeat; each settles what it has under way and joins; when all have, the leader shares out by the assignor
 * that the engine uses, every one goes on with what it kept, and restores what has come to it. Deterministic for a seed.
 */
export class SimulatedGroup {
  readonly #model: GroupModel;
  readonly #partitions: readonly TopicPartition[];
  readonly #uniform: () => number;
  readonly #flows: RestoreFlows;
  /** Of each member what it holds. */
  #shares = new Map<number, readonly number[]>();
  #generation = 0;
  #now = 0;
  /** Since when nothing of a partition has been scored; NaN while it is served. */
  readonly #downSince: Float64Array;

  constructor(model: GroupModel) {
    this.#model = model;
    this.#partitions = Array.from(model.rates, (_, partition) => ({ topic: TOPIC, partition }));
    this.#uniform = seededUniform(model.seed);
    this.#flows = new RestoreFlows(model.restore);
    this.#downSince = new Float64Array(model.rates.length).fill(0);
  }

  /** Partitions by process. */
  get shares(): ReadonlyMap<number, readonly number[]> {
    return this.#shares;
  }

  /** Lets these things happen, and all that follows from them. Times count from now. */
  run(events: readonly GroupEvent[]): GroupOutcome {
    const { heartbeatInterval, sessionTimeout, drain, costOfMember, initialDelay } = this.#model;
    const began = this.#now;
    const outcome = noOutcome();
    const pending = events.map((event) => ({ ...event, at: event.at + began })).sort((a, b) => a.at - b.at);
    const dead = new Set<number>();
    const expiries = new Map<number, number>();
    const served: number[] = [];
    /** How long each partition that moved was not scored. */
    const waited = new Map<number, number>();
    const end = ({ partition }: RestoreFlow, at: number) => {
      served.push(at);
      waited.set(partition, (waited.get(partition) ?? 0) + at - this.#downSince[partition]!);
      this.#downSince[partition] = Number.NaN;
    };
    const kill = ({ process, at }: GroupEvent) => {
      dead.add(process);
      expiries.set(process, at - this.#uniform() * heartbeatInterval + sessionTimeout);
      for (const partition of this.#shares.get(process) ?? []) this.#down(partition, at);
    };
    const restart = ({ process, at }: GroupEvent, away: number) => {
      for (const partition of this.#shares.get(process) ?? []) this.#down(partition, at);
      this.#flows.advance(at + away, end);
      for (const partition of this.#shares.get(process) ?? []) this.#restore(partition, process, outcome);
    };
    while (pending.length > 0 || expiries.size > 0) {
      // What the coordinator learns first.
      let first = pending[0];
      for (; first !== undefined && first.at <= Math.min(...expiries.values()); first = pending[0]) {
        if (first.kind === 'kill') kill(first);
        else if (first.kind === 'restart') restart(first, first.away);
        else break;
        pending.shift();
      }
      if (first === undefined && expiries.size === 0) break;
      const start = Math.max(Math.min(first?.at ?? Number.POSITIVE_INFINITY, ...expiries.values()), this.#now);
      // Every member that lives notices at its next heartbeat, and joins once it has settled what it had under way.
      const joins = new Map<number, number>();
      for (const process of this.#shares.keys())
        if (!dead.has(process)) joins.set(process, start + this.#uniform() * (heartbeatInterval + drain));
      let complete = Math.max(start, ...joins.values());
      if (joins.size === 0) complete += initialDelay;
      const leavers = new Map<number, number>();
      for (let next = pending[0]; next !== undefined && next.at <= complete; next = pending[0]) {
        pending.shift();
        if (next.kind === 'kill') kill(next);
        else if (next.kind === 'leave') leavers.set(next.process, next.at);
        else if (next.kind === 'restart') throw new Error('a restart beside a rebalance is not simulated');
        if (next.kind === 'join') joins.set(next.process, next.at);
        else joins.delete(next.process);
        // The coordinator waits for a member that is dead until its session ends.
        if (next.kind === 'kill') complete = Math.max(complete, expiries.get(next.process)!);
      }
      for (const expiry of expiries.values()) complete = Math.max(complete, expiry);
      expiries.clear();
      complete += costOfMember * joins.size;

      this.#flows.advance(complete, end);
      for (const [process, at] of leavers)
        for (const partition of this.#shares.get(process) ?? []) this.#down(partition, at);
      const stayed = [...joins.keys()].filter((process) => this.#shares.has(process));
      outcome.paused += mean(stayed.map((process) => complete - joins.get(process)!));
      this.#now = complete;
      outcome.rebalances++;
      this.#share([...joins.keys()], dead, leavers, joins, outcome);
    }
    outcome.settled = this.#now - began;
    this.#flows.advance(Number.POSITIVE_INFINITY, end);
    served.sort((a, b) => a - b);
    if (served.length > 0) {
      outcome.halfServed = served[served.length >> 1]! - began;
      outcome.allServed = served.at(-1)! - began;
      this.#now = Math.max(this.#now, served.at(-1)!);
    }
    outcome.caughtUp = this.#caughtUp(waited, Math.max(outcome.allServed || 0, outcome.settled), outcome.paused);
    this.#weigh(outcome);
    return outcome;
  }

  #down(partition: number, at: number): void {
    if (Number.isNaN(this.#downSince[partition]!)) this.#downSince[partition] = at;
  }

  /** One assignment: who had what is told as the members would tell it. */
  #share(
    processes: readonly number[],
    dead: ReadonlySet<number>,
    leavers: ReadonlyMap<number, number>,
    joins: ReadonlyMap<number, number>,
    outcome: GroupOutcome,
  ): void {
    const owners = new Int32Array(this.#partitions.length).fill(-1);
    for (const [process, share] of this.#shares) for (const partition of share) owners[partition] = process;
    const members = this.#members(processes);
    const shares = assignPartitions(members, this.#partitions);
    this.#generation++;
    const next = new Map<number, readonly number[]>();
    for (const process of processes) {
      const share = shares.get(nameOf(process))!.map(({ partition }) => partition);
      next.set(process, share);
      for (const partition of share) {
        const owner = owners[partition]!;
        if (owner === process) continue;
        outcome.moved++;
        if (owner < 0 || dead.has(owner) || leavers.has(owner)) outcome.orphaned++;
        else this.#down(partition, joins.get(owner)!);
        this.#restore(partition, process, outcome);
      }
    }
    this.#shares = next;
  }

  #restore(partition: number, process: number, outcome: GroupOutcome): void {
    const bytes = this.#model.stateBytes[partition]!;
    outcome.restoredBytes += bytes;
    this.#flows.drop(partition);
    this.#flows.add({ partition, process, broker: partition % this.#model.brokers, left: bytes });
    outcome.storm = Math.max(outcome.storm, this.#flows.count);
  }

  #members(processes: readonly number[]): GroupMember[] {
    return processes.map((process) => ({
      memberId: nameOf(process),
      topics: [TOPIC],
      owned: (this.#shares.get(process) ?? []).map((partition) => this.#partitions[partition]!),
      generation: this.#shares.has(process) ? this.#generation : -1,
    }));
  }

  /** When the process with most to catch up has done it: what had waited, over what it can do beyond what goes on coming. */
  #caughtUp(waited: ReadonlyMap<number, number>, served: number, paused: number): number {
    const { rates, capacity } = this.#model;
    let latest = served;
    for (const share of this.#shares.values()) {
      const load = sum(share.map((partition) => rates[partition]!));
      const waiting = sum(share.map((partition) => (rates[partition]! * (waited.get(partition) ?? paused)) / 1000));
      const needed = load < capacity ? (1000 * waiting) / (capacity - load) : Number.POSITIVE_INFINITY;
      if (waiting > 0) latest = Math.max(latest, served + needed);
    }
    return latest;
  }

  #weigh(outcome: GroupOutcome): void {
    const counts = [...this.#shares.values()].map((share) => share.length);
    const loads = [...this.#shares.values()].map((share) =>
      sum(share.map((partition) => this.#model.rates[partition]!)),
    );
    const members = this.#members([...this.#shares.keys()]);
    outcome.joinBytes = sum(
      members.map(({ topics, owned, generation }) => encodeSubscription(topics, owned, generation).length),
    );
    const assigned = members.map(({ owned }) => encodeAssignment(owned).length);
    outcome.groupBytes = outcome.joinBytes + sum(assigned) + NAMES_OF_MEMBER * members.length;
    outcome.imbalance = { partitions: Math.max(...counts) / mean(counts), records: Math.max(...loads) / mean(loads) };
  }
}

/** As long as the names that brokers give: the client's and a UUID. */
function nameOf(process: number): string {
  return `streamnorm-${(Math.imul(process + 1, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0')}-0000-4000-8000-${String(process).padStart(12, '0')}`;
}

function noOutcome(): GroupOutcome {
  return {
    rebalances: 0,
    moved: 0,
    orphaned: 0,
    paused: 0,
    settled: 0,
    halfServed: Number.NaN,
    allServed: Number.NaN,
    caughtUp: 0,
    storm: 0,
    restoredBytes: 0,
    imbalance: { partitions: 1, records: 1 },
    joinBytes: 0,
    groupBytes: 0,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
function mean(values: readonly number[]): number {
  return values.length > 0 ? sum(values) / values.length : 0;
}
