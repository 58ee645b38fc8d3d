import { InvalidOptionError } from '../../errors.js';

/** What windows were normalized by, as scored records have it. */
export interface WindowScaling {
  /** By slice and channel. */
  center: ArrayLike<number>;
  scale: ArrayLike<number>;
  channels: number;
  /** Steps of a slice; absent: the window is one. */
  slice?: number;
}

/**
 * Steps by channels, channels last, on the window's own scale: `ys · scale + center`.
 * @param part `'window'`: the inverse of what came out; `'horizon'`: a forecast of what follows, by the last slice, for nothing is known of
 * slices to come
 * @throws InvalidOptionError where there are other steps than slices
 */
export function denormalizeWindow(
  ys: ArrayLike<number>,
  { center, scale, channels, slice }: WindowScaling,
  part: 'window' | 'horizon' = 'window',
): Float64Array {
  const slices = center.length / channels;
  const steps = ys.length / channels;
  const size = slice ?? steps;
  if (!Number.isInteger(steps) || !Number.isInteger(slices) || scale.length !== center.length)
    throw new InvalidOptionError('channels', channels, `a divisor of ${ys.length} values and ${center.length} centers`);
  if (part === 'window' && slices * size !== steps)
    throw new InvalidOptionError('ys', ys.length, `${slices * size * channels} values: those of the window`);
  return Float64Array.from({ length: ys.length }, (_, i) => {
    const p = Math.floor(i / channels);
    const s = part === 'window' ? Math.floor(p / size) : slices - 1;
    const at = s * channels + (i % channels);
    return ys[i]! * scale[at]! + center[at]!;
  });
}
