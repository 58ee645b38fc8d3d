import type { HealthReport } from '../pipeline/metrics/health.js';
import type { MetricSnapshot } from '../pipeline/metrics/metric-snapshot.js';
import { PROMETHEUS_CONTENT_TYPE, renderPrometheus } from '../pipeline/metrics/render-prometheus.js';
import { json, type Route } from './route.js';

export interface Operations {
  /** Asked at each scrape. */
  readonly metrics: () => readonly MetricSnapshot[] | Promise<readonly MetricSnapshot[]>;
  readonly health: () => HealthReport;
}

/** ms for which an answer to `/metrics` is given again: many who ask share one, and the memory in which it waits for slow ones. */
const FRESH = 250;

/** What an operator's tools ask for: `/metrics`, `/livez`, `/readyz`. */
export function operationsRoutes({ metrics, health }: Operations): Route[] {
  let rendered: Promise<Uint8Array> | undefined;
  let renderedAt = Number.NEGATIVE_INFINITY;
  const render = async () => Buffer.from(renderPrometheus(await metrics()));
  return [
    {
      method: 'GET',
      path: '/metrics',
      handle: async () => {
        const now = performance.now();
        if (rendered === undefined || now - renderedAt >= FRESH) {
          renderedAt = now;
          rendered = render();
          rendered.catch(() => {
            rendered = undefined; // a fault is not given again
          });
        }
        return { headers: { 'content-type': PROMETHEUS_CONTENT_TYPE }, body: await rendered };
      },
    },
    {
      method: 'GET',
      path: '/livez',
      handle: () => {
        const { live, phase } = health();
        return json({ live, phase }, live ? 200 : 503);
      },
    },
    {
      method: 'GET',
      path: '/readyz',
      handle: () => {
        const { ready, phase, reasons } = health();
        const shown = reasons.map(({ since, ...reason }) => ({ ...reason, since: new Date(since).toISOString() }));
        return json({ ready, phase, reasons: shown }, ready ? 200 : 503);
      },
    },
  ];
}
