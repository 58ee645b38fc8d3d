/** Where the secure listeners are and what a client needs for them. */
export interface KafkaSecurity {
  sasl: string;
  tls: string;
  saslTls: string;
  user: string;
  password: string;
  ca: string;
  cert: string;
  key: string;
}

/** One broker process, which can be stopped, killed, frozen and started again on the data it has. */
export interface KafkaNode {
  readonly id: number;
  readonly port: number;
  readonly running: boolean;
  /** Where it keeps its partitions: for a test that damages them. */
  readonly data: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
  freeze(): void;
  thaw(): void;
}

export interface RunningKafka {
  readonly version: string;
  readonly brokers: string[];
  readonly nodes: KafkaNode[];
  readonly security: KafkaSecurity | null;
  stop(): Promise<void>;
}

export interface StartKafkaOptions {
  version?: string;
  nodes?: number;
  heap?: string;
  /** Of garbage. @defaultValue 'Serial' */
  collector?: 'Serial' | 'Z';
  secure?: boolean;
  properties?: Record<string, string | number | boolean>;
}

export declare const kafkaVersions: readonly string[];
export declare function missingForKafka(version?: string): string | null;
export declare function startKafka(options?: StartKafkaOptions): Promise<RunningKafka>;
