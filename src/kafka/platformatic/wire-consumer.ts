import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { OffsetGapError, StaleEpochError, TransportError } from '../kafka-errors.js';
import type {
  Assignment,
  FetchTimes,
  GroupConsumer,
  GroupConsumerOptions,
  GroupListener,
  GroupMembership,
  KafkaAdmin,
  PartitionLag,
  PartitionOffset,
  TopicPartition,
} from '../port.js';
import { RecordBatchReader } from '../record-batch/record-batch-reader.js';
import { apiCodes } from './api-codes.js';
import { backoff, type Cluster } from './cluster.js';
import { type FetchedPartition, fetchRequest } from './fetch-request.js';
import { HeldPartition } from './held-partition.js';
import { Membership } from './membership.js';

let instances = 0;

/**
 * ms from an answer that brought few bytes to the next fetch, while something is under way. Without it a steady trickle is fetched a
 * record at a time, and the requests cost both sides more than the records.
 */
const PACE = 4;
const FEW = 65_536;
/** Empty answers in a row after which a topic is taken for idle, and the broker asked half as often. */
const QUIET = 10;

/** A group consumer that fetches for itself: record batches stay bytes until our codec reads them. */
export class WireConsumer implements GroupConsumer {
  readonly #cluster: Cluster;
  readonly #admin: KafkaAdmin;
  readonly #options: Required<Omit<GroupConsumerOptions, 'groupInstanceId'>>;
  readonly #membership: Membership;
  readonly #role = `fetch-${++instances}`;
  readonly #held = new Map<string, HeldPartition>();
  readonly #paused = new Set<string>();
  readonly #fetchers = new Map<number, Promise<void>>();
  readonly #waiters = new Set<() => void>();
  #listener: GroupListener | null = null;
  #closed = false;
  #draining = false;
  #revoking: Promise<void> = Promise.resolve();
  #underWay = 0;
  #unreachable = false;
  bytesInFlight = 0;

  constructor(cluster: Cluster, admin: KafkaAdmin, options: GroupConsumerOptions) {
    const sessionTimeout = options.sessionTimeout ?? 10_000;
    this.#cluster = cluster;
    this.#admin = admin;
    this.#options = {
      startFrom: 'earliest',
      isolation: 'read_committed',
      onGap: 'fail',
      maxBytesInFlight: 67_108_864,
      maxBytesPerPartition: 1_048_576,
      maxBatchBytes: 33_554_432,
      maxWait: 500,
      sessionTimeout,
      heartbeatInterval: Math.floor(sessionTimeout / 3),
      rebalanceTimeout: 60_000,
      rebalanceDrain: 2_000,
      ...options,
    };
    const { groupId, topics, heartbeatInterval, rebalanceTimeout } = this.#options;
    const group = {
      groupId,
      topics,
      groupInstanceId: options.groupInstanceId ?? null,
      sessionTimeout,
      heartbeatInterval,
      rebalanceTimeout,
    };
    this.#membership = new Membership(cluster, group, {
      owned: () => [...this.#held.values()].map(({ topic, partition }) => ({ topic, partition })),
      rebalancing: () => this.#drain(this.#options.rebalanceDrain),
      joined: (partitions, generation) => this.#joined(partitions, generation),
      lost: () => {
        this.#revoke([...this.#held.values()], true);
      },
      failed: (error) => this.#fail(error),
      connection: (trouble) => this.#listener?.connection?.(trouble),
    });
  }

  async start(listener: GroupListener): Promise<void> {
    this.#listener = listener;
    for (const topic of this.#options.topics) await this.#cluster.partitions(topic);
    await this.#membership.start();
  }

  assignments(): Assignment[] {
    return [...this.#held.values()].map(({ assignment }) => assignment);
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const each of partitions) this.#paused.add(nameOf(each));
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const each of partitions) this.#paused.delete(nameOf(each));
    this.#wake();
  }

  seek(position: PartitionOffset): void {
    const held = this.#held.get(nameOf(position));
    if (held === undefined)
      throw new StaleEpochError(`partition ${position.partition} of ${position.topic} is not held`);
    held.seek(position.offset);
    this.#wake();
  }

  async commit(offsets: readonly PartitionOffset[]): Promise<void> {
    if (offsets.length === 0) return;
    const topics = new Map<
      string,
      { partitionIndex: number; committedOffset: bigint; committedLeaderEpoch: number; committedMetadata: null }[]
    >();
    const assignments: Assignment[] = [];
    for (const each of offsets) {
      const held = this.#held.get(nameOf(each));
      if (held === undefined) throw new StaleEpochError(`partition ${each.partition} of ${each.topic} is not held`);
      assignments.push(held.assignment);
      const list = topics.get(each.topic) ?? [];
      list.push({
        partitionIndex: each.partition,
        committedOffset: BigInt(each.offset),
        committedLeaderEpoch: -1,
        committedMetadata: null,
      });
      topics.set(each.topic, list);
    }
    const list = [...topics].map(([name, partitions]) => ({ name, partitions }));
    const until = performance.now() + 60_000;
    for (let attempt = 0; ; attempt++) {
      const { groupId, generationId, memberId, groupInstanceId } = await this.membership(assignments);
      try {
        await this.#cluster.askCoordinator(0, groupId, until, [apiCodes.unstableOffsetCommit], (node) =>
          this.#cluster.call(
            this.#membership.role,
            node,
            (wire) => wire.offsetCommitV8,
            groupId,
            generationId,
            memberId,
            groupInstanceId,
            list,
          ),
        );
        return;
      } catch (error) {
        const codes = error instanceof TransportError ? error.apiCodes : [];
        const moving: readonly number[] = [
          apiCodes.illegalGeneration,
          apiCodes.unknownMemberId,
          apiCodes.rebalanceInProgress,
        ];
        if (!codes.some((code) => moving.includes(code)) || performance.now() > until) throw error;
        await sleep(backoff(Math.min(attempt, 3)));
      }
    }
  }

  async membership(assignments: readonly Assignment[]): Promise<GroupMembership> {
    while (!this.#closed) {
      const gone = assignments.find(({ signal }) => signal.aborted);
      if (gone !== undefined) break;
      if (this.#membership.stable) {
        const { groupId, generationId, memberId, groupInstanceId } = this.#membership;
        return { groupId, generationId, memberId, groupInstanceId };
      }
      await this.#untilWoken();
    }
    throw new StaleEpochError('the partition is not held any more');
  }

  lag(): PartitionLag[] {
    return [...this.#held.values()]
      .filter(({ started }) => started)
      .map(({ topic, partition, position, endOffset }) => ({
        topic,
        partition,
        position,
        endOffset: Math.max(endOffset, position),
      }));
  }

  async close(drain = 0): Promise<void> {
    if (this.#closed) return;
    if (drain > 0) await this.#drain(drain, true);
    if (this.#closed) return;
    this.#closed = true;
    this.#wake();
    const fetched = this.#cluster.release(this.#role);
    await this.#revoke([...this.#held.values()], false);
    await this.#membership.close();
    await fetched;
    await Promise.allSettled(this.#fetchers.values());
  }

  /** Fetches nothing more, and gives deliveries under way some time to be settled. */
  async #drain(timeout: number, last = false): Promise<void> {
    this.#draining = true;
    const until = performance.now() + timeout;
    while (this.#underWay > 0 && performance.now() < until && !this.#closed)
      await this.#untilWoken(until - performance.now());
    this.#draining = last;
    this.#wake();
  }

  #joined(partitions: TopicPartition[], generation: number): void {
    const now = new Set(partitions.map(nameOf));
    const gone = [...this.#held.values()].filter((held) => !now.has(nameOf(held)));
    const come = partitions.filter((each) => !this.#held.has(nameOf(each)));
    this.#revoke(gone, false);
    const revoked = this.#revoking;
    for (const { topic, partition } of come) {
      const held = new HeldPartition(topic, partition, generation, this, this.#options, (bytes, deliveries) => {
        this.bytesInFlight += bytes;
        this.#underWay += deliveries;
        if (deliveries < 0) this.#wake();
      });
      this.#held.set(nameOf(held), held);
      revoked.then(() => this.#begin(held)).catch((error: unknown) => this.#fail(error as Error));
    }
    this.#wake();
  }

  /** Takes partitions away. The listener hears of one thing after the other: what goes before what comes. */
  #revoke(gone: HeldPartition[], lost: boolean): Promise<void> {
    for (const held of gone) {
      this.#held.delete(nameOf(held));
      held.release();
    }
    this.#wake();
    this.#revoking = this.#revoking.then(async () => {
      for (const held of gone) {
        try {
          await this.#listener?.revoked?.(held.assignment, lost);
        } catch (error) {
          this.#fail(error as Error);
        }
      }
    });
    return this.#revoking;
  }

  async #begin(held: HeldPartition): Promise<void> {
    const { signal } = held.assignment;
    if (signal.aborted) return;
    let from: number | undefined;
    try {
      from = await this.#listener?.assigned?.(held.assignment);
    } catch (error) {
      // It has gone while it was being taken: what failed in that is nobody's concern any more.
      if (signal.aborted) return;
      throw error;
    }
    for (let attempt = 0; from === undefined && !signal.aborted; ) {
      try {
        from =
          (await this.#admin.committedOffset(this.#options.groupId, held)) ??
          (await this.#admin.offset(held, this.#options.startFrom));
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof TransportError && error.retriable)) throw error;
        await sleep(backoff(attempt++));
      }
    }
    if (signal.aborted || from === undefined) return;
    if (!held.started) held.start(from);
    await this.#ensureFetcher(held);
    this.#wake();
  }

  async #ensureFetcher(held: HeldPartition): Promise<void> {
    for (let attempt = 0; !held.assignment.signal.aborted && !this.#closed; ) {
      try {
        held.leader = await this.#cluster.leader(held.topic, held.partition);
        const { leader } = held;
        if (held.assignment.signal.aborted) return;
        if (!this.#fetchers.has(leader))
          this.#fetchers.set(
            leader,
            this.#runFetcher(leader).catch((error: unknown) => {
              this.#fetchers.delete(leader);
              this.#fail(error as Error);
            }),
          );
        return;
      } catch (error) {
        if (!(error instanceof TransportError && error.retriable)) throw error;
        this.#trouble(error);
        await sleep(backoff(attempt++));
      }
    }
  }

  /** Fetches for all partitions that one broker leads, until it leads none. */
  async #runFetcher(node: number): Promise<void> {
    let attempt = 0;
    let empty = 0;
    while (!this.#closed) {
      for (const held of this.#ledBy(node)) await this.#deliver(held);
      // Looked at anew: while pieces were handed out partitions came, went and were settled, and no one is woken twice for that.
      const led = this.#ledBy(node);
      if (led.length === 0) {
        this.#fetchers.delete(node); // at once: who comes now begins another one
        return;
      }
      if (led.some((held) => held.reader !== null && this.#wantsMore(held))) continue;
      const ready = led.filter((held) => this.#wants(held));
      if (ready.length === 0) {
        await this.#untilWoken();
        continue;
      }
      // While a partition sits out, a long poll for the others would keep it waiting when it is free again.
      const { maxWait } = this.#options;
      const wait = ready.length < led.length ? Math.min(maxWait, 20) : empty < QUIET ? maxWait : 2 * maxWait;
      const asked = new Map(ready.map((held) => [nameOf(held), { held, version: held.version }]));
      const room = Math.max(this.#options.maxBytesInFlight - this.bytesInFlight, 1);
      const targets = ready.map(({ topic, partition, position }) => ({
        topic,
        partition,
        offset: position,
        maxBytes: this.#options.maxBytesPerPartition,
      }));
      try {
        const request = fetchRequest(targets, wait, room, this.#options.isolation === 'read_committed');
        const from = Date.now();
        const { errorCode, partitions } = await this.#cluster.send(this.#role, node, request);
        if (errorCode !== 0)
          throw new TransportError(`broker ${node} refused a fetch: error ${errorCode}`, true, [errorCode]);
        if (this.#unreachable) this.#trouble(null);
        attempt = 0;
        const times = { from, to: Date.now() };
        const answered = performance.now();
        let bytes = 0;
        for (const fetched of partitions) {
          bytes += fetched.records.length;
          const of = asked.get(nameOf(fetched));
          if (of !== undefined && of.held.version === of.version && !of.held.assignment.signal.aborted)
            await this.#take(of.held, fetched, times);
        }
        empty = bytes > 0 ? 0 : empty + 1;
        if (bytes > 0 && bytes < FEW && this.#underWay > 0)
          await sleep(Math.max(0, answered + PACE - performance.now()));
      } catch (error) {
        if (this.#closed) return;
        if (!(error instanceof TransportError && error.retriable)) throw error;
        this.#trouble(error);
        await sleep(backoff(attempt++));
        await this.#relocate(led);
      }
    }
  }

  async #take(held: HeldPartition, fetched: FetchedPartition, times: FetchTimes): Promise<void> {
    const { errorCode } = fetched;
    if (errorCode === 0) {
      held.endOffset = this.#options.isolation === 'read_committed' ? fetched.lastStableOffset : fetched.highWatermark;
      if (fetched.records.length > 0) {
        const { maxBatchBytes } = this.#options;
        held.fetched = times;
        held.reader = new RecordBatchReader(fetched.records, {
          fromOffset: held.position,
          aborted: fetched.aborted,
          maxBatchBytes,
        });
      }
      await this.#deliver(held);
    } else if (errorCode === apiCodes.offsetOutOfRange) await this.#gap(held);
    else if (errorCode === 29)
      throw new TransportError(`not authorized to read topic ${held.topic}`, false, [errorCode]);
    else await this.#relocate([held]);
  }

  async #gap(held: HeldPartition): Promise<void> {
    const from = held.position;
    const [earliest, latest] = [await this.#admin.offset(held, 'earliest'), await this.#admin.offset(held, 'latest')];
    if (from >= earliest && from <= latest) return;
    const to = this.#options.onGap === 'latest' || from > latest ? latest : earliest;
    if (this.#options.onGap === 'fail') {
      const what = from > latest ? `ends at ${latest}` : `begins at ${earliest}`;
      throw new OffsetGapError(`partition ${held.partition} of ${held.topic} ${what}, and ${from} was to be read next`);
    }
    held.jump(to);
  }

  /**
   * Hands out what has been fetched, as long as the partition's share of memory allows. After each large piece the event loop has its turn,
   * so that what came of the piece is on its way to the brokers while the next one is worked on.
   */
  async #deliver(held: HeldPartition): Promise<void> {
    while (held.reader !== null && this.#wantsMore(held) && !held.assignment.signal.aborted) {
      const delivery = held.next();
      if (delivery === null) continue;
      this.#listener?.delivered(delivery);
      if (delivery.byteLength >= FEW) await nextTurn();
    }
  }

  #wants(held: HeldPartition): boolean {
    return held.reader === null && this.#wantsMore(held);
  }

  #wantsMore(held: HeldPartition): boolean {
    return (
      !this.#draining &&
      !this.#paused.has(nameOf(held)) &&
      held.unsettled <
        Math.min(this.#options.maxBytesPerPartition, this.#options.maxBytesInFlight / this.#held.size / 2) &&
      this.bytesInFlight < this.#options.maxBytesInFlight
    );
  }

  #ledBy(node: number): HeldPartition[] {
    return [...this.#held.values()].filter((held) => held.started && held.leader === node);
  }

  async #relocate(list: HeldPartition[]): Promise<void> {
    for (const { topic } of list) this.#cluster.forgetLeader(topic);
    for (const held of list) await this.#ensureFetcher(held);
  }

  #trouble(trouble: Error | null): void {
    if (this.#unreachable === (trouble !== null)) return;
    this.#unreachable = trouble !== null;
    this.#listener?.connection?.(trouble);
  }

  #fail(error: Error): void {
    if (this.#closed) return;
    const listener = this.#listener;
    this.close().catch(() => {});
    listener?.failed(error);
  }

  #wake(): void {
    const waiting = [...this.#waiters];
    this.#waiters.clear();
    for (const wake of waiting) wake();
  }

  async #untilWoken(timeout = Number.POSITIVE_INFINITY): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.#waiters.delete(wake);
        resolve();
      };
      this.#waiters.add(wake);
      if (Number.isFinite(timeout)) timer = setTimeout(wake, Math.max(timeout, 0));
    });
    clearTimeout(timer);
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
