import type { TopicPartition } from './port.js';

export interface GroupMember {
  memberId: string;
  topics: readonly string[];
  /** What it held before, and in which generation of the group. */
  owned: readonly TopicPartition[];
  generation: number;
}

/**
 * Shares the partitions out evenly and lets each member keep what it has, as far as evenness allows: state moves only
 * when it must. Deterministic. Of two members that claim the same partition the one of the later generation has it.
 * O(P · M).
 */
export function assignPartitions(
  members: readonly GroupMember[],
  partitions: readonly TopicPartition[],
): Map<string, TopicPartition[]> {
  const sorted = [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
  const shares = new Map(sorted.map((member) => [member.memberId, [] as TopicPartition[]]));
  if (sorted.length === 0) return shares;
  const owners = new Map<string, GroupMember>();
  for (const member of sorted)
    for (const owned of member.owned) {
      const before = owners.get(nameOf(owned));
      if (before === undefined || before.generation < member.generation) owners.set(nameOf(owned), member);
    }
  // Every member may keep the even share; as many as the remainder allows may keep one more.
  const even = Math.floor(partitions.length / sorted.length);
  let extra = partitions.length % sorted.length;
  const free: TopicPartition[] = [];
  for (const partition of partitions) {
    const owner = owners.get(nameOf(partition));
    const share = owner === undefined ? undefined : shares.get(owner.memberId);
    if (owner === undefined || share === undefined || !owner.topics.includes(partition.topic)) free.push(partition);
    else if (share.length < even) share.push(partition);
    else if (share.length === even && extra > 0) {
      share.push(partition);
      extra--;
    } else free.push(partition);
  }
  for (const partition of free) {
    let least: TopicPartition[] | undefined;
    for (const member of sorted) {
      const share = shares.get(member.memberId)!;
      if (member.topics.includes(partition.topic) && (least === undefined || share.length < least.length))
        least = share;
    }
    least?.push(partition);
  }
  return shares;
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
