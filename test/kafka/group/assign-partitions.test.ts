import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignPartitions, type GroupMember } from '../../../src/kafka/assign-partitions.js';
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../../src/kafka/group-protocol.js';
import type { TopicPartition } from '../../../src/kafka/port.js';

const topics = ['a', 'b'];
const partitionsOf = (count: number): TopicPartition[] =>
  topics.flatMap((topic) => Array.from({ length: count }, (_, partition) => ({ topic, partition })));
const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

function membersOf(shares: ReadonlyMap<string, TopicPartition[]>, generation = 1): GroupMember[] {
  return [...shares].map(([memberId, owned]) => ({ memberId, topics, owned, generation }));
}

function newMembers(names: readonly string[]): GroupMember[] {
  return names.map((memberId) => ({ memberId, topics, owned: [], generation: -1 }));
}

const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 8 });

describe('assignPartitions', () => {
  it('gives each partition to one member, evenly, whatever they had', () => {
    const owned = fc.array(fc.record({ topic: fc.constantFrom('a', 'b', 'gone'), partition: fc.nat(20) }), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(
        names,
        fc.nat(12),
        fc.array(fc.tuple(owned, fc.nat(3)), { minLength: 8, maxLength: 8 }),
        (ids, count, had) => {
          const members = ids.map((memberId, i) => ({ memberId, topics, owned: had[i]![0], generation: had[i]![1] }));
          const shares = assignPartitions(members, partitionsOf(count));
          expect([...shares.values()].flat().map(nameOf).sort()).toEqual(partitionsOf(count).map(nameOf).sort());
          const sizes = [...shares.values()].map((share) => share.length);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('moves nothing while nothing changes', () => {
    fc.assert(
      fc.property(names, fc.nat(12), (ids, count) => {
        const before = assignPartitions(newMembers(ids), partitionsOf(count));
        const after = assignPartitions(membersOf(before), partitionsOf(count));
        for (const [id, share] of before) expect(after.get(id)!.map(nameOf).sort()).toEqual(share.map(nameOf).sort());
      }),
    );
  });

  it('moves only what it must when a member leaves', () => {
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: 12 }), (ids, count) => {
        fc.pre(ids.length > 1);
        const before = assignPartitions(newMembers(ids), partitionsOf(count));
        const left = membersOf(before).slice(1);
        const after = assignPartitions(left, partitionsOf(count));
        for (const { memberId, owned } of left)
          expect(after.get(memberId)!.map(nameOf)).toEqual(expect.arrayContaining(owned.map(nameOf)));
      }),
    );
  });

  it('believes the later generation when two claim the same partition', () => {
    const claim = (memberId: string, generation: number): GroupMember => ({
      memberId,
      topics: ['a'],
      owned: [{ topic: 'a', partition: 0 }],
      generation,
    });
    const shares = assignPartitions([claim('one', 3), claim('two', 4)], [{ topic: 'a', partition: 0 }]);
    expect(shares.get('two')).toEqual([{ topic: 'a', partition: 0 }]);
  });
});

describe('the group protocol', () => {
  it('reads back what was written', () => {
    const partitions = fc.uniqueArray(
      fc.record({ topic: fc.constantFrom('a', 'é', 'topic.b'), partition: fc.nat(9) }),
      { selector: nameOf },
    );
    fc.assert(
      fc.property(
        fc.array(fc.string()),
        partitions,
        fc.integer({ min: -1, max: 1e6 }),
        (subscribed, owned, generation) => {
          const known = subscribed.map((topic) => Buffer.from(topic).toString());
          const member = decodeSubscription('m', encodeSubscription(known, owned, generation));
          expect({ ...member, owned: member.owned.map(nameOf).sort() }).toEqual({
            memberId: 'm',
            topics: known,
            owned: owned.map(nameOf).sort(),
            generation,
          });
          expect(decodeAssignment(encodeAssignment(owned)).map(nameOf).sort()).toEqual(owned.map(nameOf).sort());
        },
      ),
    );
    expect(decodeAssignment(Buffer.alloc(0))).toEqual([]);
  });
});
