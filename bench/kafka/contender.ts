import type { phases } from './phases.js';
import type { StartedProgram } from './started-program.js';

export type Phase = (typeof phases)[number];

/** What a program is to do: read one topic, write another, keep its state with the group. */
export interface Job {
  brokers: readonly string[];
  source: string;
  sink: string;
  group: string;
  /** Values of a series before its first score. */
  warmup: number;
  /** A folder of its own. */
  folder: string;
}

/** A program that is measured, in one way of running it. */
export interface Contender {
  /** For --only. */
  readonly id: string;
  readonly name: string;
  /** Whether it writes each record once whatever happens: then its outputs stand in transactions. */
  readonly exactlyOnce: boolean;
  /** It keeps the order of each key alone, and not that of a partition. @defaultValue false */
  readonly mixesKeys?: true;
  readonly phases: readonly Phase[];
  /** ms after which a process that was stopped is no longer waited for by the next one. */
  readonly session: number;
  /** Why it cannot be had here, as a sentence, or null. May build what it needs. */
  missing(): string | null;
  start(job: Job): StartedProgram;
  /** Topics that it makes for itself. */
  ownTopics(job: Job): string[];
}
