/**
 * How the values of a micro-batch lie in memory: densely, as `[outer, rows, groups, inner]` with the last index fastest. A *group* is
 * what shares one mean and one variance: there are `outer × groups` of them, group `o · groups + g`, each over `rows × inner` values.
 *
 * | | outer | rows | groups | inner |
 * |---|---|---|---|---|
 * | batch, channels last, [N, …, C] | 1 | N·… | C | 1 |
 * | batch, channels first, [N, C, …] | 1 | N | C | … |
 * | layer, [N, F] | N | 1 | 1 | F |
 * | instance, channels last | N | … | C | 1 |
 * | instance, channels first | N | 1 | C | … |
 * | group, channels last, G groups | N | … | G | C/G |
 * | group, channels first, G groups | N | 1 | G | (C/G)·… |
 *
 * γ and β belong to *channels*: value k (its index in memory) is of channel `⌊k / channelInner⌋ mod channels`.
 */
export interface BatchLayout {
  readonly outer: number;
  readonly rows: number;
  readonly groups: number;
  readonly inner: number;
  readonly channels: number;
  /** 1 where channels are last; the number of positions behind them where they are first. */
  readonly channelInner: number;
}

/** Values of the whole batch. */
export function valuesIn({ outer, rows, groups, inner }: BatchLayout): number {
  return outer * rows * groups * inner;
}

/** Means and variances that the batch has. */
export function groupsIn({ outer, groups }: BatchLayout): number {
  return outer * groups;
}
