import type { ScoredField } from './scored-batch.js';

/** What record `i` has of each: `normalized`, `epoch` and the extras, by field name; null where there is none. Makes objects. */
export function scoresOf(
  fields: readonly ScoredField[],
  i: number,
): { normalized: Record<string, number | null> } & Record<string, Record<string, number | null>> {
  const scores: { normalized: Record<string, number | null> } & Record<string, Record<string, number | null>> = {
    normalized: {},
    epoch: {},
  };
  for (const { name, normalized, epoch, extras } of fields) {
    scores.normalized[name] = orNull(normalized[i]!);
    if (epoch) scores.epoch![name] = epoch[i]!;
    for (const extra of extras) {
      scores[extra.name] ??= {};
      scores[extra.name]![name] = orNull(extra.values[i]!);
    }
  }
  return scores;
}

function orNull(x: number): number | null {
  return Number.isNaN(x) ? null : x;
}
