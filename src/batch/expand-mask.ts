import { InvalidOptionError } from '../errors.js';
import { type BatchLayout, valuesIn } from './batch-layout.js';

/** What counts: true or not 0. One for each value, or one for each position (all channels of it). */
export type BatchMask = ArrayLike<number | boolean>;

/**
 * A mask with an entry for each value: 1 or 0.
 * @throws InvalidOptionError for a mask of another length
 */
export function expandMask(mask: BatchMask, layout: BatchLayout): Uint8Array {
  const { channels, channelInner } = layout;
  const length = valuesIn(layout);
  const positions = length / channels;
  const expanded = new Uint8Array(length);
  if (mask.length === length) {
    for (let k = 0; k < length; k++) expanded[k] = mask[k] ? 1 : 0;
    return expanded;
  }
  if (mask.length !== positions)
    throw new InvalidOptionError(
      'mask',
      `${mask.length} entries`,
      `${positions} entries, one for each position, or ${length}, one for each value`,
    );
  const sample = channels * channelInner;
  for (let k = 0; k < length; k++)
    expanded[k] = mask[Math.floor(k / sample) * channelInner + (k % channelInner)] ? 1 : 0;
  return expanded;
}
