import { z } from 'zod';
import {
  abilitiesSchema,
  apiSchemas,
  happeningSchema,
  healthSchema,
  overviewSchema,
  seriesDetailSchema,
  seriesPageSchema,
} from './api-schemas.js';

interface Parameter {
  name: string;
  in: 'query' | 'path';
  description: string;
  schema: object;
  required?: boolean;
}

interface Operation {
  summary: string;
  parameters?: readonly Parameter[];
  /** What it answers when all is well, and of which type. */
  answers: z.ZodType | string;
  /** Further answers by status. */
  also?: Readonly<Record<number, string>>;
}

const query = (name: string, description: string, schema: object): Parameter => ({
  name,
  in: 'query',
  description,
  schema,
});
const integer = (maximum: number, otherwise: number) => ({ type: 'integer', minimum: 0, maximum, default: otherwise });

const FIND: readonly Parameter[] = [
  query('search', 'Only series whose key or field holds this, in any case.', { type: 'string', maxLength: 200 }),
  query('state', 'Only series that do so.', { enum: ['warming', 'stable', 'warning', 'drifted', 'flat', 'silent'] }),
  query('order', 'What they are sorted by.', { enum: ['name', 'score', 'count', 'epoch', 'state'], default: 'name' }),
  query('descending', 'The other way round.', { type: 'boolean', default: false }),
  query('offset', 'Rows that are left out.', integer(1e9, 0)),
  query('limit', 'Rows that are answered at most.', integer(200, 50)),
];

const BAD = { 400: 'A parameter is none; the text says which.' };

const OPERATIONS: Readonly<Record<string, Operation>> = {
  '/metrics': { summary: 'Metrics in the Prometheus text format', answers: 'text/plain' },
  '/livez': { summary: 'Whether the run is alive', answers: healthSchema, also: { 503: 'It has stopped or failed.' } },
  '/readyz': {
    summary: 'Whether the run does its work, and why not',
    answers: healthSchema,
    also: { 503: 'It does not.' },
  },
  '/api/overview': { summary: 'How the run does, in a few numbers', answers: overviewSchema },
  '/api/abilities': { summary: 'What the page may offer', answers: abilitiesSchema },
  '/api/series': { summary: 'Series, searched and sorted', parameters: FIND, answers: seriesPageSchema, also: BAD },
  '/api/series/{id}': {
    summary: 'One series: its points and what happened to it',
    parameters: [
      { name: 'id', in: 'path', description: 'Of a row.', schema: { type: 'string' }, required: true },
      query('from', 'Number of the first point that is wanted.', integer(Number.MAX_SAFE_INTEGER, 0)),
    ],
    answers: seriesDetailSchema,
    also: { ...BAD, 404: 'There is no such series.' },
  },
  '/api/events': {
    summary: 'What happened: renormalizations, rebalances, restores, dead letters',
    parameters: [query('after', 'Only what has a greater number.', integer(Number.MAX_SAFE_INTEGER, 0))],
    answers: z.array(happeningSchema),
    also: BAD,
  },
  '/api/live': {
    summary:
      'Server-sent events: overview (Overview) each second, rows (SeriesPage) twice a second, series (SeriesDetail, new points only) and events (Happening[]) up to four times a second',
    parameters: [...FIND, query('id', 'The series whose points are wanted.', { type: 'string' })],
    answers: 'text/event-stream',
    also: BAD,
  },
  '/api/openapi.json': { summary: 'This description', answers: 'application/json' },
};

/** The HTTP API as an OpenAPI 3.1 document. */
export function openApi(): object {
  const { schemas } = z.toJSONSchema(apiSchemas, {
    uri: (id) => `#/components/schemas/${id}`,
  });
  const paths = Object.entries(OPERATIONS).map(([path, { summary, parameters, answers, also = {} }]) => [
    path,
    {
      get: {
        summary,
        ...(parameters && { parameters }),
        responses: {
          200: { description: 'Done.', content: contentOf(answers) },
          ...Object.fromEntries(Object.entries(also).map(([status, description]) => [status, { description }])),
        },
      },
    },
  ]);
  return {
    openapi: '3.1.0',
    info: {
      title: 'streamnorm',
      version: '1',
      description: 'Read-only. Nothing is cached; numbers that are not finite are null.',
    },
    paths: Object.fromEntries(paths),
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).map(([id, { $id, $schema, ...schema }]) => [id, schema])),
    },
  };
}

function contentOf(answers: z.ZodType | string): object {
  if (typeof answers === 'string')
    return { [answers]: { schema: answers.startsWith('text/') ? { type: 'string' } : { type: 'object' } } };
  const id = apiSchemas.get(answers)?.id;
  if (id !== undefined) return { 'application/json': { schema: { $ref: `#/components/schemas/${id}` } } };
  if (!(answers instanceof z.ZodArray)) throw new TypeError('an answer of no name');
  const item = apiSchemas.get(answers.element as z.ZodType)?.id;
  return { 'application/json': { schema: { type: 'array', items: { $ref: `#/components/schemas/${item}` } } } };
}
