import { decodeUtf8 } from './decode-utf8.js';
import type { ScoredTexts } from './scored-batch.js';

/** The JSON text of record `i`. */
export function scoredText({ out, starts, ends }: ScoredTexts, i: number): string {
  return decodeUtf8(out.bytes, starts[i]!, ends[i]!);
}
