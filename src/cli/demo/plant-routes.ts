import { POKES, type Poke } from '../../io/simulated-plant.js';
import { json, type Route, text } from '../../service/route.js';
import type { DemoPlant } from './demo-plant.js';

/** Lets the page poke the simulated plant: `POST /api/plant/pokes` with `{ sensor, what }`. */
export function plantRoutes(plant: Pick<DemoPlant, 'poke'>, now: () => number): Route[] {
  return [
    {
      method: 'POST',
      path: '/api/plant/pokes',
      maxBody: 1000,
      handle: ({ body }) => {
        const poke = readPoke(body);
        if (poke === undefined || !plant.poke(poke.sensor, poke.what, now()))
          return text(`the body must be { sensor, what }: a sensor of the plant and one of ${POKES.join(', ')}`, 400);
        return json(poke);
      },
    },
  ];
}

function readPoke(body: Uint8Array): { sensor: string; what: Poke } | undefined {
  try {
    const { sensor, what } = JSON.parse(new TextDecoder().decode(body)) as Record<string, unknown>;
    const known = POKES.find((poke) => poke === what);
    return typeof sensor === 'string' && known !== undefined ? { sensor, what: known } : undefined;
  } catch {
    return undefined; // no JSON, or null
  }
}
