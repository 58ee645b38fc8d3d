import { setTimeout as sleep } from 'node:timers/promises';
import { assignPartitions } from '../assign-partitions.js';
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
  groupProtocolName,
} from '../group-protocol.js';
import { TransportError } from '../kafka-errors.js';
import type { GroupMembership, TopicPartition } from '../port.js';
import { apiCodes } from './api-codes.js';
import { backoff, type Cluster } from './cluster.js';

export interface MembershipOptions {
  groupId: string;
  topics: readonly string[];
  groupInstanceId: string | null;
  sessionTimeout: number;
  heartbeatInterval: number;
  rebalanceTimeout: number;
}

export interface MembershipEvents {
  /** What this member holds now, for the group to let it keep. */
  owned(): TopicPartition[];
  /** A rebalance has begun: what is under way may be finished until this resolves. */
  rebalancing(): Promise<void>;
  /** The member has joined a generation with these partitions. Heartbeats begin at once. */
  joined(partitions: TopicPartition[], generation: number): void;
  /** The group has given everything away without asking. */
  lost(): void;
  failed(error: Error): void;
  connection(trouble: Error | null): void;
}

let instances = 0;

/** Membership of a consumer group, by the classic protocol: joins, shares out when it leads, beats, joins again. */
export class Membership implements GroupMembership {
  readonly groupId: string;
  readonly groupInstanceId: string | null;
  readonly role = `group-${++instances}`;
  readonly #cluster: Cluster;
  readonly #options: MembershipOptions;
  readonly #events: MembershipEvents;
  generationId = -1;
  memberId = '';
  /** Whether this member knows what it holds: not while it joins. */
  stable = false;
  #running: Promise<void> | null = null;
  readonly #stop = new AbortController();
  #lastBeat = 0;

  constructor(cluster: Cluster, options: MembershipOptions, events: MembershipEvents) {
    this.groupId = options.groupId;
    this.groupInstanceId = options.groupInstanceId;
    this.#cluster = cluster;
    this.#options = options;
    this.#events = events;
  }

  /** Joins; resolves with the first assignment. */
  async start(): Promise<void> {
    await this.#join(performance.now() + this.#options.rebalanceTimeout);
    this.#running = this.#run().catch((error: unknown) => {
      if (!this.#stop.signal.aborted) this.#events.failed(error as Error);
    });
  }

  /** Stops beating, and leaves unless the member is static. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    const leaving = `${this.role}-leaving`;
    if (this.memberId !== '' && this.groupInstanceId === null && !this.#cluster.closed) {
      // By a connection of its own: on the other one a join may be waiting for the rest of the group, and all that follows with it.
      const leave = this.#cluster
        .coordinator(0, this.groupId)
        .then((node) =>
          this.#cluster.call(leaving, node, (wire) => wire.leaveGroupV4, this.groupId, [
            { memberId: this.memberId, groupInstanceId: null },
          ]),
        );
      await Promise.race([leave.catch(() => {}), sleep(2000, undefined, { ref: false })]);
      await this.#cluster.release(leaving);
    }
    this.memberId = '';
    await this.#cluster.release(this.role);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    let healthy = true;
    while (!signal.aborted) {
      await sleep(healthy ? this.#options.heartbeatInterval : 250, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      try {
        await this.#beat();
        if (!healthy) this.#events.connection(null);
        healthy = true;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof TransportError)) throw error;
        if (error.apiCodes.includes(apiCodes.rebalanceInProgress)) await this.#rebalance();
        else if (
          error.apiCodes.includes(apiCodes.unknownMemberId) ||
          error.apiCodes.includes(apiCodes.illegalGeneration)
        )
          await this.#lose(error.apiCodes.includes(apiCodes.unknownMemberId));
        else if (!error.retriable) throw error;
        else {
          if (healthy) this.#events.connection(error);
          healthy = false;
          this.#cluster.forgetCoordinator(0, this.groupId);
          // The broker may have given the partitions away by now, and cannot say so: they are not ours any more.
          if (performance.now() - this.#lastBeat > this.#options.sessionTimeout && this.stable) {
            this.stable = false;
            this.#events.lost();
          }
          continue;
        }
        healthy = true;
      }
    }
  }

  async #beat(): Promise<void> {
    const node = await this.#cluster.coordinator(0, this.groupId);
    const sent = performance.now();
    await this.#cluster.call(
      this.role,
      node,
      (wire) => wire.heartbeatV4,
      this.groupId,
      this.generationId,
      this.memberId,
      this.groupInstanceId,
    );
    this.#lastBeat = sent;
    // Everything was given up while the broker was away, and yet it kept the member: join again to learn what it has.
    if (!this.stable) await this.#join(performance.now() + this.#options.rebalanceTimeout);
  }

  async #rebalance(): Promise<void> {
    let drained = false;
    const drain = this.#events.rebalancing().finally(() => {
      drained = true;
    });
    while (!drained) {
      await Promise.race([drain, sleep(this.#options.heartbeatInterval)]);
      // A member that finishes its work before it joins is alive all the same.
      if (!drained) await this.#beat().catch(() => {});
    }
    await this.#join(performance.now() + this.#options.rebalanceTimeout);
  }

  async #lose(forgotten: boolean): Promise<void> {
    this.stable = false;
    if (forgotten) this.memberId = '';
    this.generationId = -1;
    this.#events.lost();
    await this.#join(Number.POSITIVE_INFINITY);
  }

  async #join(until: number): Promise<void> {
    this.stable = false;
    const { groupId, topics, groupInstanceId, sessionTimeout, rebalanceTimeout } = this.#options;
    for (let attempt = 0; !this.#stop.signal.aborted; ) {
      try {
        const node = await this.#cluster.coordinator(0, groupId);
        const metadata = encodeSubscription(topics, this.#events.owned(), this.generationId);
        const protocols = [{ name: groupProtocolName, metadata }];
        const joined = await this.#cluster.call(
          this.role,
          node,
          (wire) => wire.joinGroupV9,
          groupId,
          sessionTimeout,
          rebalanceTimeout,
          this.memberId,
          groupInstanceId,
          'consumer',
          protocols,
          null,
        );
        this.memberId = joined.memberId ?? '';
        this.generationId = joined.generationId;
        const leads = joined.leader === this.memberId && !joined.skipAssignment;
        const assignments = leads ? await this.#shareOut(joined.members) : [];
        const synced = await this.#cluster.call(
          this.role,
          node,
          (wire) => wire.syncGroupV5,
          groupId,
          this.generationId,
          this.memberId,
          groupInstanceId,
          'consumer',
          groupProtocolName,
          assignments,
        );
        this.#lastBeat = performance.now();
        this.stable = true;
        this.#events.joined(decodeAssignment(synced.assignment), this.generationId);
        return;
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        if (!(error instanceof TransportError)) throw error;
        const codes = error.apiCodes;
        if (codes.includes(apiCodes.memberIdRequired)) {
          this.memberId = (error.cause as { response?: { memberId?: string } }).response?.memberId ?? '';
          continue;
        }
        if (codes.includes(apiCodes.unknownMemberId)) {
          this.memberId = '';
          this.generationId = -1;
        } else if (codes.includes(apiCodes.illegalGeneration)) this.generationId = -1;
        else if (!codes.includes(apiCodes.rebalanceInProgress)) {
          if (!error.retriable || performance.now() > until) throw error;
          this.#cluster.forgetCoordinator(0, groupId);
          await sleep(backoff(attempt++), undefined, { signal: this.#stop.signal }).catch(() => {});
        }
      }
    }
  }

  async #shareOut(
    members: readonly { memberId: string; metadata: Buffer | null }[],
  ): Promise<{ memberId: string; assignment: Buffer }[]> {
    const known = members.map(({ memberId, metadata }) => decodeSubscription(memberId, metadata ?? Buffer.alloc(0)));
    const partitions: TopicPartition[] = [];
    for (const topic of new Set(known.flatMap((member) => member.topics))) {
      const count = await this.#cluster.partitions(topic, true);
      for (let partition = 0; partition < count; partition++) partitions.push({ topic, partition });
    }
    return [...assignPartitions(known, partitions)].map(([memberId, share]) => ({
      memberId,
      assignment: encodeAssignment(share),
    }));
  }
}
