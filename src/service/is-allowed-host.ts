import { isIP } from 'node:net';

/**
 * Whether a `Host` header names this service, so that no page of another site can reach it by a name of that site's which it has turned
 * to this machine's address (DNS rebinding).
 *
 * Allowed are what such a page cannot have as its name: addresses, `localhost`, names without a dot (as of a container), and the `allowed`.
 */
export function isAllowedHost(header: string | undefined, allowed: readonly string[]): boolean {
  if (header === undefined || header.length > 260) return false;
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^[\]:/?#@\s\\]+))(?::\d{1,5})?$/.exec(header);
  if (match === null) return false;
  if (match[1] !== undefined) return isIP(match[1]) === 6;
  const name = match[2]!.toLowerCase().replace(/\.$/, '');
  if (isIP(name) === 4 || !name.includes('.') || name.endsWith('.localhost')) return name !== '';
  return allowed.includes(name);
}
