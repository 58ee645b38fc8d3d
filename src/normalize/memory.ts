import { InvalidOptionError } from '../errors.js';
import { parseDuration } from '../parse-duration.js';

/**
 * How the past is weighed: everything alike; by half-life, in samples or in event time; or only what is inside a sliding window, by
 * count or by event time. A number counts samples, a text is a duration such as `'5m'`.
 */
export type Memory = 'all' | { halfLife: number | string } | { window: number | string };

/** A checked memory. Durations are in ms. */
export type ResolvedMemory =
  | { kind: 'all' }
  | { kind: 'half-life'; samples: number }
  | { kind: 'half-life-time'; duration: number }
  | { kind: 'window'; length: number }
  | { kind: 'window-time'; duration: number; allowedLateness: number };

/** Whether the memory is in event time, so that every value needs a time. */
export function needsTime(memory: ResolvedMemory): boolean {
  return memory.kind === 'half-life-time' || memory.kind === 'window-time';
}

const expected = "'all', { halfLife: samples | duration } or { window: samples | duration }";

/**
 * Checks a memory and turns its durations into ms.
 * @param allowedLateness how much older than the newest a value may be and still enter a time window; the window's length when absent
 * @throws InvalidOptionError
 */
export function resolveMemory(memory: Memory = 'all', allowedLateness?: number | string): ResolvedMemory {
  const lateness = allowedLateness === undefined ? undefined : parseDuration('allowedLateness', allowedLateness);
  const resolved = resolve(memory, lateness);
  if (lateness !== undefined && resolved.kind !== 'window-time')
    throw new InvalidOptionError('allowedLateness', allowedLateness, 'absent: only a window in event time has it');
  return resolved;
}

function resolve(memory: Memory, lateness: number | undefined): ResolvedMemory {
  if (memory === 'all') return { kind: 'all' };
  if (typeof memory !== 'object' || memory === null || Object.keys(memory).length !== 1)
    throw new InvalidOptionError('memory', memory, expected);
  if ('halfLife' in memory) {
    const { halfLife } = memory;
    if (typeof halfLife === 'string')
      return { kind: 'half-life-time', duration: parseDuration('memory.halfLife', halfLife) };
    if (typeof halfLife === 'number' && halfLife > 0 && Number.isFinite(halfLife))
      return { kind: 'half-life', samples: halfLife };
    throw new InvalidOptionError('memory.halfLife', halfLife, 'a number of samples > 0 or a duration like "5m"');
  }
  if ('window' in memory) {
    const { window } = memory;
    if (typeof window === 'string') {
      const duration = parseDuration('memory.window', window);
      return { kind: 'window-time', duration, allowedLateness: Math.min(lateness ?? duration, duration) };
    }
    if (Number.isSafeInteger(window) && window >= 2 && window <= 2 ** 26) return { kind: 'window', length: window };
    throw new InvalidOptionError(
      'memory.window',
      window,
      'a number of samples from 2 to 67108864 or a duration like "10m"',
    );
  }
  throw new InvalidOptionError('memory', memory, expected);
}
