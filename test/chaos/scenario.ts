import type { Lab } from './lab.js';
import type { PipelineUnderTest } from './pipeline.js';

/** What came of a scenario: faults, none of which is a pass, and what was measured. */
export interface Outcome {
  faults: string[];
  facts: string[];
}

export interface Scenario {
  id: string;
  title: string;
  /** Scale of the short form that is part of `npm test`; absent: not in it. */
  short?: number;
  run(lab: Lab): Promise<Outcome>;
}

/** Most of the time from a fault to the next commit, in ms. */
export interface Bars {
  recovery?: number;
  /** Megabytes of resident memory. */
  memory?: number;
}

/**
 * Ends a scenario: waits until all is done, stops the processes, compares every output with the oracle.
 * Whatever throws on the way is a fault too, and the rest is looked at nevertheless.
 */
export async function conclude(pipeline: PipelineUnderTest, lab: Lab, bars: Bars = {}): Promise<Outcome> {
  const faults: string[] = [];
  const facts: string[] = [];
  await pipeline.caughtUp().catch((error: Error) => faults.push(error.message));
  faults.push(...(await pipeline.finish(bars.memory)));
  const verdict = await pipeline.judge().catch((error: Error) => String(error.stack));
  if (typeof verdict === 'string') faults.push(verdict);
  else {
    faults.push(...verdict.faults);
    const { records, outputs, deadLetters, duplicates } = verdict;
    facts.push(
      `${verdict.faults.length === 0 ? 'exact' : 'NOT EXACT'}: ${records} records, ${outputs} outputs`,
      ...(deadLetters > 0 ? [`${deadLetters} dead letters`] : []),
      ...(duplicates > 0 ? [`${duplicates} bit-identical repeats`] : []),
    );
  }
  const { recoveries } = pipeline;
  if (recoveries.length > 0) {
    facts.push(`recovery ${recoverySummary(recoveries.map(({ after }) => after))}`);
    for (const { fault, after } of recoveries)
      if (after === Number.POSITIVE_INFINITY || (lab.judgesTime && after > (bars.recovery ?? 60_000)))
        faults.push(`after ${fault} nothing was committed for ${(after / 1000).toFixed(1)} s`);
  }
  facts.push(`RSS ≤ ${Math.round(pipeline.peakMemory)} MB`);
  return { faults, facts };
}

function recoverySummary(times: number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const text = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  return `p50 ${text(sorted[Math.floor(sorted.length / 2)]!)}, max ${text(sorted.at(-1)!)} (${sorted.length})`;
}

/** A random number from `low` to `high`. */
export function between(low: number, high: number, uniform: () => number): number {
  return low + (high - low) * uniform();
}
