import { InvalidOptionError } from './errors.js';

const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 };

/**
 * A duration in ms: `'250ms'`, `'5m'`, `'1.5h'`, `'7d'`; a number is ms already.
 * @throws InvalidOptionError naming `option`
 */
export function parseDuration(option: string, duration: number | string): number {
  const match = typeof duration === 'string' ? /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)$/.exec(duration.trim()) : null;
  const ms = match ? Number(match[1]) * MILLISECONDS[match[2]!]! : duration;
  if (typeof ms !== 'number' || !(ms > 0 && Number.isFinite(ms)))
    throw new InvalidOptionError(option, duration, 'a duration like "250ms", "5m", "1.5h" or "7d"');
  return ms;
}
