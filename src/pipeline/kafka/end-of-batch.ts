/**
 * Where the batch that begins with record `from` ends: after `maxLength` records; `isAligned`, for methods that score whole batches, at the
 * latest where an offset is a multiple of `maxLength`, so that it does not depend on where the delivery begins. With the delivery it ends in
 * any case, and is committed with it.
 */
export function endOfBatch(
  { length, offsets }: { readonly length: number; readonly offsets: ArrayLike<number> },
  from: number,
  maxLength: number,
  isAligned: boolean,
): number {
  const most = Math.min(length, from + maxLength);
  if (!isAligned) return most;
  const next = (Math.floor(offsets[from]! / maxLength) + 1) * maxLength;
  let to = from + 1;
  while (to < most && offsets[to]! < next) to++;
  return to;
}
