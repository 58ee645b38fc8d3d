import type { BackendName } from '../backend/backend.js';
import type { KafkaClientOptions } from '../kafka/client.js';
import type { CompressionName } from '../kafka/record-batch/compression.js';
import type { ModelName, ModelOptions } from '../learn/create-model.js';
import type { FeatureSelectionOptions } from '../learn/feature-watch.js';
import type { LoopOptions } from '../learn/resolve-loop.js';
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
    /** Dotted paths of what series are of one kind, joined likewise; absent: every series begins from nothing. */
    group?: readonly string[];
  };
  fields: {
    /** Fields by name (dotted path), in the order of the configuration. */
    named: readonly { name: string; options: FieldOptions }[];
    /** Set: every other numeric field too, those that appear later included. */
    others?: FieldOptions;
  };
  /** Models that learn from the records, in the order of the configuration. */
  learn?: readonly LearnPlan[];
  /** What a record adds, or whether it replaces the fields in place. */
  output: { mode: 'add' | 'replace'; include: readonly ('center' | 'scale' | 'count')[] };
  sink: SinkPlan;
  /** Renormalizations, one record each. */
  events?: { topic: string };
  /** Records that cannot be processed: as NDJSON with file, line and reason, or as they were, with the reason in headers. */
  deadLetter?: { kind: 'file'; path: string } | { kind: 'kafka'; topic: string };
  onBadRecord: BadRecordPolicy;
  /** The run fails when more than this part of the latest records is bad; 1: never. */
  maxBadRatio: number;
  state: StatePlan;
  /** Of a Kafka source: whether outputs are part of the transaction that commits what was read. */
  delivery: 'exactly-once' | 'at-least-once';
  /** Processes of this machine in the same consumer group. */
  workers: number;
  batch: {
    /** Records that are worked on at a time. */
    maxLength: number;
    /** Milliseconds that records of Kafka are gathered before they are committed together. */
    maxWait: number;
    /** Where fields of the method `batch` are normalized; `auto`: where that was measured to be fastest. */
    backend: BackendName | 'auto';
  };
  /**
   * Where metrics, health and the live page are served; `allowedHosts`: names with a dot by which they may be asked for; `maxLag`: records
   * behind, all partitions of a process together, from which on it is not ready.
   */
  http: { host: string; port: number; allowedHosts: readonly string[]; maxLag?: number } | false;
  /** Exit 1 when any record was bad. */
  strict: boolean;
}

/** A model at the end of a pipeline: predicts of each record, then learns it. */
export interface LearnPlan extends Omit<LoopOptions, 'window'>, ModelOptions {
  /** What its predictions are called in the output. */
  name: string;
  model: ModelName;
  /** Dotted path of what came true, as it stands in the record: a number, true or false. */
  target: string;
  /** Fields, normalized, in the order of the model's inputs. */
  features: readonly string[];
  /** A model for each series, or one for all: on Kafka for all of a partition. */
  per: 'key' | 'all';
  /** What becomes of a record that lacks a feature: no prediction, or 0 in its place. */
  missing: 'skip' | 'impute';
  /** Leave out features whose sensor is stuck or silent. */
  selection?: boolean | FeatureSelectionOptions;
}

export type SourcePlan =
  | { kind: 'file'; paths: readonly string[]; format?: TextFormat; delimiter?: string }
  | { kind: 'stdin'; format?: TextFormat; delimiter?: string }
  | { kind: 'simulate'; options: SimulatePlan }
  | KafkaSourcePlan;

export interface KafkaSourcePlan {
  kind: 'kafka';
  connection: KafkaClientOptions;
  topic: string;
  groupId: string;
  groupInstanceId?: string;
  startFrom: 'earliest' | 'latest';
  onGap: 'fail' | 'earliest' | 'latest';
  /** Milliseconds. */
  sessionTimeout: number;
  maxBytesInFlight: number;
  maxBatchBytes: number;
}

/** What becomes of a record that cannot be processed: it ends the run, is counted, or is counted and kept. */
export type BadRecordPolicy = 'fail' | 'skip' | 'dead-letter';

interface SimulatePlan {
  sensors: number;
  /** Records per second in all; Infinity: as fast as it goes. */
  rate: number;
  /** Records after which it ends; absent: never. */
  count?: number;
  seed: number;
}

export type SinkPlan =
  | { kind: 'file'; path: string; format?: TextFormat }
  | { kind: 'stdout'; format?: TextFormat }
  | KafkaSinkPlan;

export interface KafkaSinkPlan {
  kind: 'kafka';
  /** Absent: that of the source. */
  connection?: KafkaClientOptions;
  topic: string;
  compression: CompressionName;
}

export type StatePlan = {
  /** Milliseconds after which a series that was not seen is forgotten. */
  ttl?: number;
  maxSeries?: number;
} & (
  | { store: 'memory' }
  | { store: 'file'; path: string /** Milliseconds between checkpoints. */; checkpointEvery: number }
  | {
      store: 'kafka';
      /** The changelog. */
      topic: string;
      /** Replicas of the topics that are created; absent: the broker's default. */
      replicationFactor?: number;
      /** Folder of local snapshots. */
      path?: string;
      /** Milliseconds between commits of the state, where outputs do not wait for them. */
      checkpointEvery: number;
    }
);

/** A plan whose source is text: files, standard input, the simulated plant. */
export interface TextPipelinePlan extends PipelinePlan {
  source: Exclude<SourcePlan, KafkaSourcePlan>;
  state: Exclude<StatePlan, { store: 'kafka' }>;
  deadLetter?: { kind: 'file'; path: string };
}

export interface KafkaPipelinePlan extends PipelinePlan {
  source: KafkaSourcePlan;
  state: Exclude<StatePlan, { store: 'file' }>;
  deadLetter?: { kind: 'kafka'; topic: string };
}

export function isKafkaPlan(plan: PipelinePlan): plan is KafkaPipelinePlan {
  return plan.source.kind === 'kafka';
}

export function isTextPlan(plan: PipelinePlan): plan is TextPipelinePlan {
  return plan.source.kind !== 'kafka';
}

/** Whether any field is scored a micro-batch at a time, so that results depend on where micro-batches end. */
export function hasBatches({ fields: { named, others } }: Pick<PipelinePlan, 'fields'>): boolean {
  return others?.method === 'batch' || named.some(({ options }) => options.method === 'batch');
}
