import type { FieldOptions } from '../normalize/field-options.js';

export type TextFormat = 'ndjson' | 'csv';

/** A configuration, checked and with every default in its place: what `check` prints and `runPipeline` runs. */
export interface PipelinePlan {
  source: SourcePlan;
  record: {
    /** Dotted paths, joined by U+001F to make the key; none: all records are one series. */
    key: readonly string[];
    /** Dotted path of the event time: epoch ms or ISO 8601. */
    time?: string;
  };
  fields: {
    /** Fields by name (dotted path), in the order of the configuration. */
    named: readonly { name: string; options: FieldOptions }[];
    /** Set: every other numeric field too, those that appear later included. */
    others?: FieldOptions;
  };
  /** What a record adds, or whether it replaces the fields in place. */
  output: { mode: 'add' | 'replace'; include: readonly ('center' | 'scale' | 'count')[] };
  sink: SinkPlan;
  /** Records that do not decode, as NDJSON with file, line and reason. */
  deadLetter?: { path: string };
  state: StatePlan;
  /** Records that are worked on at a time. */
  batch: { maxLength: number };
  /** Exit 1 when any record was bad. */
  strict: boolean;
}

export type SourcePlan =
  | { kind: 'file'; paths: readonly string[]; format?: TextFormat; delimiter?: string }
  | { kind: 'stdin'; format?: TextFormat; delimiter?: string }
  | { kind: 'simulate'; options: SimulatePlan };

interface SimulatePlan {
  sensors: number;
  /** Records per second in all; Infinity: as fast as it goes. */
  rate: number;
  /** Records after which it ends; absent: never. */
  count?: number;
  seed: number;
}

export type SinkPlan = { kind: 'file'; path: string; format?: TextFormat } | { kind: 'stdout'; format?: TextFormat };

export type StatePlan = {
  /** Milliseconds after which a series that was not seen is forgotten. */
  ttl?: number;
  maxSeries?: number;
} & (
  | { store: 'memory' }
  | { store: 'file'; path: string /** Milliseconds between checkpoints. */; checkpointEvery: number }
);
