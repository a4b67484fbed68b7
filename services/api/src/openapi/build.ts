// The OpenAPI 3.1 document, made from the routes and the schemas that check requests and answers.
import { ERROR_CODES, documentListSchema, documentTextSchema, documentViewSchema, jobEventViewSchema, jobListSchema, jobRequestSchema, jobResultSchema, jobViewSchema, modelListSchema, problemSchema, PROBLEM_MEDIA_TYPE, queueViewSchema, readinessSchema } from '@lectern/shared';
import { z } from 'zod';
import type { ResponseSpec, Route } from '../http/route.ts';

type Json = Record<string, unknown>;

/** Schemas that get a name; others stand where they are used. */
const NAMED: ReadonlyArray<readonly [string, z.ZodType]> = [
  ['JobRequest', jobRequestSchema], ['Job', jobViewSchema], ['JobList', jobListSchema], ['JobResult', jobResultSchema], ['JobEvent', jobEventViewSchema],
  ['Document', documentViewSchema], ['DocumentList', documentListSchema], ['DocumentText', documentTextSchema],
  ['ModelList', modelListSchema], ['Queue', queueViewSchema], ['Readiness', readinessSchema], ['Problem', problemSchema],
];

export function buildOpenApi(routes: readonly Route[], version: string): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Lectern', version, description: 'Reads long documents once and answers questions about them with exact quotations. Offsets count Unicode code points.', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths,
    components: {
      schemas: Object.fromEntries(NAMED.map(([name, schema]) => [name, toJson(schema, name === 'JobRequest' ? 'input' : 'output')])),
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'Not needed when the service was started without API_KEYS.' } },
    },
  };
}

function operationOf(route: Route): Json {
  const parameters = [
    ...propertiesOf(route.params).map((p) => ({ ...p, in: 'path', required: true })),
    ...propertiesOf(route.query).map((p) => ({ ...p, in: 'query' })),
    ...Object.entries(route.headers ?? {}).map(([name, description]) => ({ name, in: 'header', description, schema: { type: 'string' } })),
  ];
  const content = route.body
    ? { 'application/json': { schema: refTo(route.body, 'input') } }
    : Object.fromEntries((route.rawBody?.mediaTypes ?? []).map((type) => [type, { schema: { type: 'string', format: 'binary' } }]));
  return {
    operationId: operationIdOf(route),
    summary: route.summary,
    security: route.isOpen ? [] : [{ key: [] }],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(Object.keys(content).length > 0 ? { requestBody: { required: true, content } } : {}),
    responses: { ...Object.fromEntries(Object.entries(route.responses).map(([status, spec]) => [status, responseOf(spec)])), ...problemsOf(route) },
  };
}

/** 'get /v1/jobs/{id}/result' -> 'getJobsIdResult'. */
function operationIdOf(route: Route): string {
  const words = route.path.replace(/^\/v1/, '').split(/[^A-Za-z]+/).filter(Boolean);
  return route.method + words.map((w) => w[0]!.toUpperCase() + w.slice(1)).join('');
}

function responseOf(spec: ResponseSpec): Json {
  const { description, schema, mediaType = 'application/json', headers } = spec;
  return {
    description,
    ...(headers ? { headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, { description: text, schema: { type: 'string' } }])) } : {}),
    ...(schema ? { content: { [mediaType]: { schema: refTo(schema, 'output') } } } : mediaType === 'application/json' ? {} : { content: { [mediaType]: { schema: { type: 'string' } } } }),
  };
}

/** One entry per status; the codes stand in its description. */
function problemsOf(route: Route): Json {
  const codes = [...route.errors, ...(route.isOpen ? [] : (['UNAUTHORIZED', 'RATE_LIMITED', 'REDIS_UNAVAILABLE'] as const)), 'INTERNAL' as const];
  const byStatus = new Map<number, string[]>();
  for (const code of new Set(codes)) {
    const { status } = ERROR_CODES[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries([...byStatus].filter(([status]) => !(status in route.responses)).map(([status, names]) => [
    status, { description: names.join(', '), content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } } },
  ]));
}

function propertiesOf(schema: z.ZodObject | undefined): Array<{ name: string; schema: unknown }> {
  if (!schema) return [];
  const json = toJson(schema, 'input') as { properties?: Record<string, unknown> };
  return Object.entries(json.properties ?? {}).map(([name, property]) => ({ name, schema: property }));
}

function refTo(schema: z.ZodType, io: 'input' | 'output'): Json {
  const name = NAMED.find(([, known]) => known === schema)?.[0];
  return name ? { $ref: `#/components/schemas/${name}` } : toJson(schema, io);
}

function toJson(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io });
  return json;
}
