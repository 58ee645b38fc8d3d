import type { PartitionLag } from '../../kafka/port.js';
import type { Health } from '../metrics/health.js';
import type { KafkaPipelinePlan } from '../plan.js';

/** ms between two looks. */
const LOOK_EVERY = 1_000;

/**
 * Has a run that is more than `http.maxLag` records behind say that it is not ready, until it is less than half of that: one that stands
 * at the limit would else be in and out of service at each look. Answers the timer, to be cleared; undefined where there is no limit.
 */
export function watchLag(
  { http }: Pick<KafkaPipelinePlan, 'http'>,
  health: Health,
  read: () => readonly PartitionLag[],
): NodeJS.Timeout | undefined {
  if (!http || http.maxLag === undefined) return undefined;
  const { maxLag } = http;
  let isBehind = false;
  const look = (): void => {
    const lag = read().reduce((sum, { position, endOffset }) => sum + Math.max(0, endOffset - position), 0);
    isBehind = isBehind ? lag > maxLag / 2 : lag > maxLag;
    if (isBehind) health.trouble('lag', `${lag} records behind, http.maxLag is ${maxLag}`);
    else health.clear('lag');
  };
  return setInterval(look, LOOK_EVERY).unref();
}
