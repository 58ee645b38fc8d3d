import type { HealthReport, Phase } from './health.js';

/** The first of these that a worker is in is the phase of all. */
const PHASES: readonly Phase[] = ['draining', 'failed', 'restoring', 'starting', 'running', 'stopped'];

/**
 * The health of several processes as one. Ready: all are. Live: one is, because whoever keeps them restarts the others, and to end them
 * all would stop those that work. Each reason says whose it is. Without any, it is starting.
 */
export function mergeHealth(reports: readonly HealthReport[]): HealthReport {
  if (reports.length === 0)
    return {
      phase: 'starting',
      live: true,
      ready: false,
      reasons: [{ id: 'phase', text: 'starting: no worker has reported yet', since: 0 }],
    };
  return {
    phase: PHASES.find((phase) => reports.some((report) => report.phase === phase)) ?? 'starting',
    live: reports.some(({ live }) => live),
    ready: reports.every(({ ready }) => ready),
    reasons: reports.flatMap(({ worker, reasons }) =>
      worker === undefined ? reasons : reasons.map((reason) => ({ ...reason, worker })),
    ),
  };
}
