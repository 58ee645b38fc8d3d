import { describe, expect, it } from 'vitest';
import { SharedRoles } from '../../../src/kafka/platformatic/shared-roles.js';

function roles(most: number): { roles: SharedRoles; closed: string[] } {
  const closed: string[] = [];
  return { closed, roles: new SharedRoles('work', most, async (role) => void closed.push(role)) };
}

describe('SharedRoles', () => {
  it('gives each its own while there are few, and shares them evenly after', () => {
    const { roles: shared } = roles(3);
    const taken = Array.from({ length: 3000 }, () => shared.take());
    expect(new Set(taken.slice(0, 3)).size).toBe(3);
    const users = new Map<string, number>();
    for (const role of taken) users.set(role, (users.get(role) ?? 0) + 1);
    expect([...users.values()]).toEqual([1000, 1000, 1000]);
  });

  it('closes a role with its last user, and never gives it out again', async () => {
    const { roles: shared, closed } = roles(1);
    const first = shared.take();
    expect(shared.take()).toBe(first);
    await shared.giveBack(first);
    expect(closed).toEqual([]);
    await shared.giveBack(first);
    expect(closed).toEqual([first]);
    expect(shared.take()).not.toBe(first);
  });
});
