import type { Outputs } from './read-outputs.js';
import type { Workload } from './workload.js';

const tolerance = 1e-9;

interface Leave {
  /** Records may come more than once, the same each time. @defaultValue false */
  repeats?: boolean;
  /** Records of different keys may change places. @defaultValue false */
  mixed?: boolean;
}

/**
 * What is wrong with the outputs of a workload, as a sentence, or null: each record once, in the order of its partition, its values kept,
 * its scores right within 1e-9 of the larger of 1 and the score, its epochs 0.
 */
export function faultInOutputs({ seqs, columns }: Outputs, workload: Workload, leave: Leave = {}): string | null {
  const { repeats = false, mixed = false } = leave;
  const { length, expected, values, keys } = workload;
  const seen = new Uint8Array(length);
  let distinct = 0;
  for (const [partition, numbers] of seqs.entries()) {
    const found = columns[partition]!;
    const latest = new Map<number, number>();
    for (let i = 0; i < numbers.length; i++) {
      const seq = numbers[i]!;
      if (!(seq >= 0 && seq < length)) return `there is a record ${seq} that was never written`;
      if (seen[seq] === 1 && !repeats) return `record ${seq} came twice`;
      const before = latest.get(mixed ? keys[seq]! : 0);
      if (before !== undefined && seq < before && !repeats) return `record ${seq} came after record ${before}`;
      latest.set(mixed ? keys[seq]! : 0, seq);
      if (seen[seq] === 0) distinct++;
      seen[seq] = 1;
      for (let field = 0; field < 3; field++) {
        const right = expected[3 * seq + field]!;
        const score = found[9 * i + 3 + field]!;
        if (found[9 * i + field] !== values[3 * seq + field])
          return `record ${seq} has another value than it was given`;
        if (found[9 * i + 6 + field] !== 0) return `record ${seq} has another epoch than 0`;
        if (
          Number.isNaN(right)
            ? !Number.isNaN(score)
            : !(Math.abs(score - right) <= tolerance * Math.max(1, Math.abs(right)))
        )
          return `record ${seq} has the score ${score}, and ${right} is right`;
      }
    }
  }
  return distinct === length ? null : `${length - distinct} of ${length} records are missing`;
}
