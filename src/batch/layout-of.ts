import { InvalidOptionError } from '../errors.js';
import type { BatchLayout } from './batch-layout.js';

/** What shares a mean and a variance: a channel of the batch, a position, a channel of a sample, some channels of a sample. */
type NormalizedOver = 'batch' | 'layer' | 'instance' | 'group';

export interface LayoutOptions {
  over: NormalizedOver;
  channels: 'last' | 'first';
  /** Of `over: 'group'`: into how many parts the channels are cut. */
  groups: number;
}

/**
 * The layout of a tensor of `shape`: [N], [N, C], [N, L, C], [N, H, W, C], [N, D, H, W, C], or with the channels right behind N.
 * [N] is N samples of one channel.
 * @param fewestPositions of an instance: one position has no variance, and is refused
 * @throws InvalidOptionError where the shape is none of these, is empty, or has nothing to take moments over
 */
export function layoutOf(
  shape: readonly number[],
  { over, channels: axis, groups }: LayoutOptions,
  fewestPositions = 2,
): BatchLayout {
  if (shape.length < 1 || shape.length > 5 || !shape.every((size) => Number.isSafeInteger(size) && size >= 1))
    throw new InvalidOptionError('shape', shape, '1 to 5 axes of sizes >= 1');
  const [samples = 1, ...rest] = shape;
  const channels = rest.length === 0 ? 1 : axis === 'last' ? rest[rest.length - 1]! : rest[0]!;
  const positions = rest.reduce((product, size) => product * size, 1) / channels;
  const isLast = axis === 'last' || positions === 1;
  const common = { channels, channelInner: isLast ? 1 : positions };
  switch (over) {
    case 'batch':
      if (isLast) return { outer: 1, rows: samples * positions, groups: channels, inner: 1, ...common };
      return { outer: 1, rows: samples, groups: channels, inner: positions, ...common };
    case 'layer':
      if (channels === 1)
        throw new InvalidOptionError('shape', shape, 'a shape with channels, for a layer is normalized over them');
      if (isLast) return { outer: samples * positions, rows: 1, groups: 1, inner: channels, ...common };
      return { outer: samples, rows: channels, groups: positions, inner: 1, ...common };
    case 'instance':
      if (positions < fewestPositions)
        throw new InvalidOptionError(
          'shape',
          shape,
          '[N, …, C] with positions between, for an instance is normalized over them',
        );
      if (isLast) return { outer: samples, rows: positions, groups: channels, inner: 1, ...common };
      return { outer: samples, rows: 1, groups: channels, inner: positions, ...common };
    case 'group':
      if (channels % groups !== 0)
        throw new InvalidOptionError('groups', groups, `a divisor of the number of channels, ${channels}`);
      if (isLast) return { outer: samples, rows: positions, groups, inner: channels / groups, ...common };
      return { outer: samples, rows: 1, groups, inner: (channels / groups) * positions, ...common };
  }
}
