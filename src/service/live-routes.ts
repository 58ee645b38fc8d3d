import type { SeriesView } from '../pipeline/view/series-view.js';
import { openApiRoute } from './open-api-route.js';
import type { Operations } from './operations-routes.js';
import { pageRoutes } from './page-routes.js';
import type { Route } from './route.js';
import { type Abilities, seriesRoutes } from './series-routes.js';

/** The live page, what it reads, and the description of that. */
export function liveRoutes(view: SeriesView, operations: Operations, abilities?: Abilities): Route[] {
  return [...pageRoutes(), ...seriesRoutes(view, operations, abilities), openApiRoute()];
}
