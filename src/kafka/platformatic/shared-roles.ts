import type { ConnectionRole } from './connection-role.js';

/**
 * Roles of connections that several users share, so that thousands of producers do not want thousands of connections to each broker.
 * A broker answers one request of a connection at a time: with few users each has one of its own.
 */
export class SharedRoles {
  readonly #kind: string;
  readonly #most: number;
  readonly #release: (role: ConnectionRole) => Promise<void>;
  readonly #users = new Map<ConnectionRole, number>();
  #made = 0;

  /**
   * @param most roles at the same time
   * @param release closes the connections of a role for good
   */
  constructor(kind: string, most: number, release: (role: ConnectionRole) => Promise<void>) {
    this.#kind = kind;
    this.#most = most;
    this.#release = release;
  }

  /** A role that no one has yet, or the one that the fewest have. */
  take(): ConnectionRole {
    let role = `${this.#kind}-${this.#made + 1}`;
    if (this.#users.size < this.#most) this.#made++;
    else role = [...this.#users].reduce((least, each) => (each[1] < least[1] ? each : least))[0];
    this.#users.set(role, (this.#users.get(role) ?? 0) + 1);
    return role;
  }

  /** Closes the role's connections when this was its last user. */
  async giveBack(role: ConnectionRole): Promise<void> {
    const users = (this.#users.get(role) ?? 0) - 1;
    if (users > 0) this.#users.set(role, users);
    else if (this.#users.delete(role)) await this.#release(role);
  }
}
