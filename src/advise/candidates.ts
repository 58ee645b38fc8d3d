import type { FieldOptions } from '../normalize/field-options.js';

const HALF_LIVES = [64, 256, 1024];

/**
 * What is tried on a field of so many values: every method over everything seen, those that can with memories that fit into the
 * sample, and the two that tune themselves.
 */
export function candidatesFor(count: number): FieldOptions[] {
  const memories = HALF_LIVES.filter((halfLife) => 4 * halfLife <= count);
  return [
    { method: 'z-score' },
    ...memories.map((halfLife): FieldOptions => ({ method: 'z-score', memory: { halfLife } })),
    ...(count >= 2048 ? [{ method: 'z-score', memory: { window: 512 } } as const] : []),
    { method: 'robust', unitVariance: true },
    ...memories
      .slice(1)
      .map((halfLife): FieldOptions => ({ method: 'robust', unitVariance: true, memory: { halfLife } })),
    { method: 'power' },
    ...memories.slice(1).map((halfLife): FieldOptions => ({ method: 'power', memory: { halfLife } })),
    { method: 'min-max' },
    { method: 'max-abs' },
    { method: 'quantile', distribution: 'normal' },
    { method: 'adaptive' },
    { method: 'innovation' },
    { method: 'none' },
  ];
}

/** Options in a few characters, for tables: `robust, half-life 256`. */
export function describeOptions({ method = 'z-score', memory = 'all', ...others }: FieldOptions): string {
  const parts: string[] = [method];
  if (memory !== 'all') parts.push('halfLife' in memory ? `half-life ${memory.halfLife}` : `window ${memory.window}`);
  const { range, ddof, quantiles, spread, family, order, clip, learnWithin, drift } = others;
  if (range) parts.push(`[${range.join(', ')}]`);
  if (ddof === 1) parts.push('ddof 1');
  if (quantiles) parts.push(`quantiles ${quantiles.join('–')}`);
  if (spread === 'mad') parts.push('mad');
  if (family === 'box-cox') parts.push('box-cox');
  if (order === 'learn-first') parts.push('learn-first');
  if (clip !== undefined && clip !== false) parts.push(clip === true ? 'clipped' : `clip ${clip}`);
  if (learnWithin !== undefined) parts.push(`within ${learnWithin}`);
  if (drift) {
    const { detector = 'joint', policy } = drift;
    const name = typeof detector === 'string' ? detector : (detector.name ?? 'joint');
    parts.push(`${typeof policy === 'object' ? `blend ${policy.blend}` : (policy ?? 'renormalized')} on ${name}`);
  }
  return parts.join(', ');
}
