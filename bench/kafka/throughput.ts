import type { Arena } from './arena.js';
import { awaitOutputs } from './await-outputs.js';
import type { Contender } from './contender.js';
import { faultInOutputs } from './fault-in-outputs.js';
import { machineCpu, type ProcessUsage } from './process-usage.js';
import type { Outputs } from './read-outputs.js';
import type { Workload } from './workload.js';

/** Part of the records after which a program counts as warm. */
const warmAfter = 0.2;

export interface Throughput {
  /** Records per second from the first fifth to the last record, and from the start of the process to the last record. */
  rate: number;
  wholeRate: number;
  /** µs of processor time a record, in the same two ways. */
  cpu: number;
  wholeCpu: number;
  /** µs of the broker a record, from the first fifth on; NaN where it is not ours to look at. */
  brokerCpu: number;
  /** Cores that the program and the broker kept busy meanwhile. */
  cores: number;
  brokerCores: number;
  /** Cores that neither of them nor this process kept busy: with others at work, figures of time are not to be compared. */
  otherCores: number;
  /** MiB. */
  memory: number;
  /** What is wrong with the outputs. */
  fault: string | null;
}

interface Sample {
  at: number;
  cpu: number;
  broker: number;
  own: number;
  machine: number;
  ends: number[];
}

/**
 * All records once through a program that finds them there when it starts. How far it was at each moment is told by the offsets of its
 * outputs, when they are read to be checked, so that nothing but asking where the sink ends disturbs it.
 */
export async function throughput(
  arena: Arena,
  contender: Contender,
  source: string,
  workload: Workload,
  warmup: number,
  broker: ProcessUsage | null,
): Promise<Throughput> {
  return arena.job(contender, { source, warmup }, async (job, start) => {
    const program = start();
    const samples: Sample[] = [];
    const outputs = await awaitOutputs(arena, program, job.sink, workload.length, (ends) =>
      samples.push({
        at: performance.now(),
        cpu: program.usage.cpu(),
        broker: broker?.cpu() ?? Number.NaN,
        own: ownCpu(),
        machine: machineCpu(),
        ends,
      }),
    );
    const memory = program.usage.peakMemory();
    const counts = samples.map(({ ends }) => countBefore(outputs, ends));
    const last = samples[counts.findIndex((count) => count >= workload.length)]!;
    const warmIndex = counts.findIndex((count) => count >= warmAfter * workload.length);
    const warm = samples[warmIndex]!;
    // Too few records for a steady part leave nothing to divide by: NaN.
    const records = workload.length - counts[warmIndex]! || Number.NaN;
    const ms = last.at - warm.at;
    return {
      rate: (records / ms) * 1000,
      wholeRate: (workload.length / (last.at - program.startedAt)) * 1000,
      cpu: ((last.cpu - warm.cpu) / records) * 1000,
      wholeCpu: (last.cpu / workload.length) * 1000,
      brokerCpu: ((last.broker - warm.broker) / records) * 1000,
      cores: (last.cpu - warm.cpu) / ms,
      brokerCores: (last.broker - warm.broker) / ms,
      otherCores:
        (last.machine - warm.machine - (last.cpu - warm.cpu) - (last.broker - warm.broker) - (last.own - warm.own)) /
        ms,
      memory,
      fault: faultInOutputs(outputs, workload, { mixed: contender.mixesKeys ?? false }),
    };
  });
}

/** Records at offsets before the given ones. */
function countBefore({ offsets }: Outputs, ends: readonly number[]): number {
  let count = 0;
  for (const [partition, all] of offsets.entries()) {
    let low = 0;
    for (let high = all.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (all[middle]! < ends[partition]!) low = middle + 1;
      else high = middle;
    }
    count += low;
  }
  return count;
}

/** Of this process, in ms. */
function ownCpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
