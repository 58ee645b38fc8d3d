import { readFileSync } from 'node:fs';
import { ConfigError } from '../errors.js';
import { loadConfig } from '../pipeline/load-config.js';
import type { PipelinePlan } from '../pipeline/plan.js';

/**
 * The plan of a configuration file, `-` being stdin.
 * @param onSubstitute as in `loadConfig`
 * @throws ConfigError
 */
export function readConfig(path: string, onSubstitute?: (value: string, written: string) => void): PipelinePlan {
  let text: string;
  try {
    text = readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (cause) {
    throw new ConfigError([`${path}: could not be read: ${(cause as Error).message}`], { cause });
  }
  return loadConfig(text, {
    file: path,
    env: process.env,
    readSecret: (secret) => readFileSync(secret, 'utf8'),
    ...(onSubstitute && { onSubstitute }),
  });
}
