import { readFileSync } from 'node:fs';
import { ConfigError } from '../errors.js';

/**
 * What a configuration file holds, `-` being stdin.
 * @throws ConfigError
 */
export function readConfigText(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (cause) {
    throw new ConfigError([`${path}: could not be read: ${(cause as Error).message}`], { cause });
  }
}
