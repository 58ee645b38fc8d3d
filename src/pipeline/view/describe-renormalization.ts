import type { ScoredRenormalization } from '../batch-scorer.js';

/** A renormalization as a sentence. */
export function describeRenormalization(change: ScoredRenormalization): string {
  const { key, field, cause, oldCenter, oldScale, newCenter, newScale, delay } = change;
  const [what, from, to] = cause === 'scale' ? ['scale', oldScale, newScale] : ['level', oldCenter, newCenter];
  const after = delay === null ? '' : `, noticed after ${Math.round(delay)} values`;
  if (cause === 'drift') return `${key} · ${field}: ${what} followed a slow drift from ${short(from)} to ${short(to)}`;
  return `${key} · ${field}: ${what} went from ${short(from)} to ${short(to)}${after}`;
}

/** In four digits, which a sentence has room for. */
function short(x: number): string {
  return String(Number(x.toPrecision(4)));
}
