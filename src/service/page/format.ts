import type { Happening, SeriesState } from '../../pipeline/view/series-view.js';

/** What is not known. */
const NONE = '–';

/** A measurement in few places, without the noise of a double. */
export function formatValue(x: number | null): string {
  if (x === null) return NONE;
  const size = Math.abs(x);
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) return x.toExponential(2);
  return x.toFixed(size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 4);
}

export function formatScore(x: number | null): string {
  return x === null ? NONE : `${x < 0 ? '−' : '+'}${Math.abs(x).toFixed(2)}`;
}

export function formatCount(x: number | null): string {
  if (x === null) return NONE;
  if (x < 1000) return x < 10 && x % 1 !== 0 ? x.toFixed(1) : x.toFixed(0);
  if (x < 1e6) return `${(x / 1e3).toFixed(x < 1e4 ? 2 : 1)} k`;
  return `${(x / 1e6).toFixed(2)} M`;
}

export function formatBytes(x: number | null): string {
  if (x === null) return NONE;
  if (x < 1e6) return `${(x / 1e3).toFixed(0)} kB`;
  return x < 1e9 ? `${(x / 1e6).toFixed(0)} MB` : `${(x / 1e9).toFixed(2)} GB`;
}

export function formatSeconds(x: number | null): string {
  if (x === null) return NONE;
  if (x < 1e-3) return `${(x * 1e6).toFixed(0)} µs`;
  if (x < 1) return `${(x * 1e3).toFixed(x < 0.01 ? 1 : 0)} ms`;
  return `${x.toFixed(1)} s`;
}

export function formatTime(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19);
}

/** A sign before what happened. */
export const EVENT_SIGNS: Readonly<Record<Happening['kind'], string>> = {
  renormalization: '◆',
  rebalance: '⇄',
  restore: '↻',
  backend: '⚙',
  'dead-letter': '✕',
  note: '•',
};

/** A sign beside each state's name, so that nothing is told by colour alone. */
export const STATE_SIGNS: Readonly<Record<SeriesState, string>> = {
  stable: '●',
  warning: '▲',
  drifted: '◆',
  flat: '▬',
  silent: '✕',
  warming: '○',
};
