import { createRequire } from 'node:module';
import { TransportError } from '../kafka-errors.js';
import { cappedCodecs } from './capped-codecs.js';

export type KafkaJs = typeof import('kafkajs');

let loaded: KafkaJs | null = null;

/**
 * Loads kafkajs and mends in it what a long-running service cannot live with: its codecs get a cap, and the idle timer of
 * 2.2.4 stops firing every millisecond.
 *
 * @throws TransportError when it is not installed, or is another version than the one this was tested with
 */
export function loadKafkaJs(): KafkaJs {
  if (loaded !== null) return loaded;
  const require = createRequire(import.meta.url);
  let kafkajs: KafkaJs;
  let version: string;
  try {
    kafkajs = require('kafkajs') as KafkaJs;
    version = (require('kafkajs/package.json') as { version: string }).version;
  } catch (cause) {
    throw new TransportError('kafkajs is not installed: npm install kafkajs@2.2.4', false, [], { cause });
  }
  if (version !== '2.2.4')
    throw new TransportError(`kafkajs must be 2.2.4, which this adapter knows inside out, got ${version}`, false);
  mendIdleTimer(require('kafkajs/src/network/requestQueue') as RequestQueueClass);
  recordGenerations(require('kafkajs/src/consumer/consumerGroup') as ConsumerGroupClass);
  for (const [name, codec] of cappedCodecs()) kafkajs.CompressionCodecs[kafkajs.CompressionTypes[name]] = () => codec;
  loaded = kafkajs;
  return kafkajs;
}

interface RequestQueue {
  pending: unknown[];
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
}

type RequestQueueClass = { prototype: RequestQueue & { scheduleCheckPendingRequests(): void } };

/** With nothing pending and no throttling the original sets a timer in the past, again and again: 7 % of a core, idle. */
function mendIdleTimer({ prototype }: RequestQueueClass): void {
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    const throttled = this.throttledUntil - Date.now();
    if (this.throttleCheckTimeoutId !== null || (this.pending.length === 0 && throttled <= 0)) return;
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null;
        this.checkPendingRequests();
      },
      throttled > 0 ? throttled : 10,
    );
  };
}

const generations = new Map<string, number>();

interface ConsumerGroup {
  generationId: number | null;
}

type ConsumerGroupClass = { prototype: ConsumerGroup & { memberId: string | null } };

/** kafkajs tells who joined a group, but not in which generation: it is noted where the member's id is set, right after it. */
function recordGenerations({ prototype }: ConsumerGroupClass): void {
  const ids = new WeakMap<object, string | null>();
  Object.defineProperty(prototype, 'memberId', {
    get(this: object) {
      return ids.get(this) ?? null;
    },
    set(this: ConsumerGroup, id: string | null) {
      ids.set(this, id);
      if (id !== null && id !== '' && this.generationId !== null) generations.set(id, this.generationId);
    },
  });
}

/** The generation in which a member has joined; asked for once after each joining. */
export function generationOf(memberId: string): number {
  const generation = generations.get(memberId) ?? -1;
  generations.delete(memberId);
  return generation;
}
