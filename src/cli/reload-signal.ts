import { unwatchFile, watchFile } from 'node:fs';
import { EngineError } from '../errors.js';
import { isKafkaPlan, type KafkaPipelinePlan } from '../pipeline/plan.js';
import type { RunLog } from '../pipeline/run-log.js';
import { onKeptConfiguration } from './kept-configuration.js';
import { readConfig } from './read-config.js';
import { readConfigText } from './read-config-text.js';

/** ms between two looks at a file that is watched. */
const LOOK_EVERY = 1_000;

/** What stays as it was when the run began: another source, sink or state is another run. */
const FIXED = ['source', 'record', 'sink', 'state', 'delivery', 'workers', 'http'] as const;

/** Calls `reload` with each configuration that the process which keeps this worker sends; answers how to end that. */
export function onReloadMessage(reload: (text: string) => void): () => void {
  const ignore = (): void => {}; // of a terminal that goes: whoever keeps this worker ends with it, and that ends the worker
  const end = onKeptConfiguration(reload);
  process.on('SIGHUP', ignore);
  return () => {
    end();
    process.off('SIGHUP', ignore);
  };
}

/**
 * Calls `reload` when SIGHUP comes, and where `watch` is set when the file changes; answers how to end that. On a terminal SIGHUP says
 * that the terminal has gone, and ends the process as it does any other; so it does without a path.
 */
export function onReloadSignal(path: string | undefined, watch: boolean, reload: () => void): () => void {
  if (path === undefined) return () => {};
  if (!process.stderr.isTTY) process.on('SIGHUP', reload);
  // By its times and not by its events: an editor, or what mounts a file into a container, puts another in its place.
  const look = (now: { mtimeMs: number; size: number }, before: { mtimeMs: number; size: number }) => {
    if (now.mtimeMs !== before.mtimeMs || now.size !== before.size) reload();
  };
  if (watch) watchFile(path, { interval: LOOK_EVERY }, look);
  return () => {
    process.off('SIGHUP', reload);
    if (watch) unwatchFile(path, look);
  };
}

/**
 * The configuration that the file now holds, where a run of `before` can go on with it; else the log says why not, and the old one stays.
 * @param given what the file holds, where that is known
 */
export function readChangedPlan(
  path: string,
  before: KafkaPipelinePlan,
  log: RunLog,
  given?: string,
): { plan: KafkaPipelinePlan; text: string } | undefined {
  let plan: ReturnType<typeof readConfig>;
  let configuration: string;
  try {
    configuration = given ?? readConfigText(path);
    plan = readConfig(path, undefined, configuration);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error; // one of the configuration, or of its file
    log.error('the new configuration is wrong; the old one stays', { reason: error.message });
    return undefined;
  }
  const text = (part: unknown) => JSON.stringify(part);
  if (text(plan) === text(before)) {
    log.info('the configuration has not changed');
    return undefined;
  }
  const fixed = FIXED.filter((part) => text(plan[part]) !== text(before[part]));
  if (!isKafkaPlan(plan) || fixed.length > 0) {
    log.error('what has changed needs a new start; the old configuration stays', { parts: fixed.join(', ') });
    return undefined;
  }
  if (plan.state.store === 'memory') {
    log.error('state.store is memory, and would begin afresh; the old configuration stays');
    return undefined;
  }
  return { plan, text: configuration };
}
