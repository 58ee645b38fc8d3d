import type { ScoredBatch } from './scored-batch.js';
import { scoredText } from './scored-text.js';

/** Scores by name, by field name. */
export type Scores = { normalized: Record<string, unknown> } & Record<string, Record<string, unknown>>;

/** What record `i` has of each: `normalized`, `epoch` and the extras, by field name, `learnt` by model; null where there is none. Makes objects. */
export function scoresOf({ fields, vectors = [], models }: ScoredBatch, i: number): Scores {
  const scores: Scores = { normalized: {}, epoch: {} };
  for (const { name, normalized, epoch, extras } of fields) {
    scores.normalized[name] = orNull(normalized[i]!);
    if (epoch) scores.epoch![name] = epoch[i]!;
    for (const extra of extras) {
      scores[extra.name] ??= {};
      scores[extra.name]![name] = orNull(extra.values[i]!);
    }
  }
  for (const { name, normalized, epoch, extras } of vectors) {
    scores.normalized[name] = JSON.parse(scoredText(normalized, i));
    if (epoch) scores.epoch![name] = epoch[i]!;
    for (const extra of extras) {
      scores[extra.name] ??= {};
      scores[extra.name]![name] = JSON.parse(scoredText(extra.texts, i));
    }
  }
  if (models !== undefined) scores.learnt = {};
  for (const { name, extras } of models ?? [])
    scores.learnt![name] = Object.fromEntries(extras.map((extra) => [extra.name, orNull(extra.values[i]!)]));
  return scores;
}

function orNull(x: number): number | null {
  return Number.isNaN(x) ? null : x;
}
