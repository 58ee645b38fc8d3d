import { readFileSync } from 'node:fs';
import { loadConfig } from '../pipeline/load-config.js';
import type { PipelinePlan } from '../pipeline/plan.js';
import { readConfigText } from './read-config-text.js';

/**
 * The plan of a configuration file, `-` being stdin.
 * @param onSubstitute as in `loadConfig`
 * @param text what the file holds, where that is known
 * @throws ConfigError
 */
export function readConfig(
  path: string,
  onSubstitute?: (value: string, written: string) => void,
  text: string = readConfigText(path),
): PipelinePlan {
  return loadConfig(text, {
    file: path,
    env: process.env,
    readSecret: (secret) => readFileSync(secret, 'utf8'),
    ...(onSubstitute && { onSubstitute }),
  });
}
