import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { Health } from '../../src/pipeline/metrics/health.js';
import { RunMetrics } from '../../src/pipeline/metrics/run-metrics.js';
import { SeriesRecorder } from '../../src/pipeline/view/series-recorder.js';
import {
  abilitiesSchema,
  happeningSchema,
  healthSchema,
  overviewSchema,
  seriesDetailSchema,
  seriesPageSchema,
} from '../../src/service/api-schemas.js';
import { liveRoutes } from '../../src/service/live-routes.js';
import { openApi } from '../../src/service/open-api.js';
import { operationsRoutes } from '../../src/service/operations-routes.js';
import { startService } from '../../src/service/start-service.js';

interface Document {
  paths: Record<string, Record<string, { parameters?: { name: string; in: string }[] }>>;
  components: { schemas: Record<string, { additionalProperties?: boolean; required?: string[] }> };
}

function run() {
  const health = new Health();
  const metrics = new RunMetrics({ version: '0', health });
  const view = new SeriesRecorder();
  const operations = { metrics: () => [metrics.set.snapshot()], health: () => health.report() };
  return { health, metrics, view, operations, routes: liveRoutes(view, operations) };
}

describe('the description of the API', () => {
  it('names every route but the files of the page, and no other', () => {
    const { operations, routes } = run();
    const served = [...operationsRoutes(operations), ...routes]
      .filter(({ path }) => path !== '/' && !/^\/[a-z-]+\.(js|css|svg)$/.test(path))
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    const { paths } = openApi() as Document;
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.sort()).toEqual(served.sort());
  });

  it('refers to nothing that it does not hold, and has a parameter for each part of a path', () => {
    const document = openApi() as Document;
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
    expect(references.length).toBeGreaterThan(5);
    for (const [, name] of references) expect(document.components.schemas).toHaveProperty(name!);
    for (const [path, { get }] of Object.entries(document.paths))
      expect((get!.parameters ?? []).filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(
        [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
      );
    expect(document.components.schemas.SeriesRow).toMatchObject({ additionalProperties: false });
    expect(document.components.schemas.SeriesRow!.required).toContain('epoch');
  });

  it('is what is answered, and takes every answer as it describes it', async () => {
    const { health, metrics, view, operations, routes } = run();
    const service = await startService({ ...operations, port: 0, routes });
    try {
      health.enter('running');
      health.trouble('connection', 'no connection');
      metrics.records.add(5);
      metrics.batches.labels('cpu').add();
      for (let i = 0; i < 3; i++)
        view.observe('k', 'f', { time: i, value: i, normalized: NaN, center: 0, scale: 1, count: i, epoch: 0 });
      const change = { cause: 'level', oldCenter: 0, oldScale: 1, newCenter: 2, newScale: 1 };
      view.note({ at: 1, kind: 'renormalization', text: 'moved', change }, { key: 'k', field: 'f' });
      view.note({ at: 1, kind: 'rebalance', text: 'came' });
      const check = async (path: string, schema: z.ZodType) => {
        const answer: unknown = await (await fetch(service.url + path)).json();
        expect(schema.safeParse(answer).error, path).toBeUndefined();
        return answer;
      };
      await check('/api/overview', overviewSchema);
      await check('/api/abilities', abilitiesSchema);
      await check('/api/series?order=score', seriesPageSchema);
      await check('/api/series/1%3Afk', seriesDetailSchema);
      expect(await check('/api/events', happeningSchema.array())).toHaveLength(2);
      await check('/livez', healthSchema);
      await check('/readyz', healthSchema);
      expect(await (await fetch(`${service.url}/api/openapi.json`)).json()).toEqual(openApi());
    } finally {
      await service.close();
    }
  });
});
