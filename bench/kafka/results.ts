import type { Idle } from './idle.js';
import type { Kill } from './kill.js';
import type { Latency } from './latency.js';
import type { Restore } from './restore.js';
import type { Throughput } from './throughput.js';

/** What was measured of one contender: each round of each phase. */
export interface Measured {
  id: string;
  name: string;
  throughput: Throughput[];
  latency: Latency[];
  restore: Restore[];
  kill: Kill[];
  idle: Idle[];
  /** Why it was left out, or what went wrong, a sentence each. */
  notes: string[];
}

export interface Results {
  machine: string;
  workload: string;
  at: string;
  contenders: Measured[];
}
