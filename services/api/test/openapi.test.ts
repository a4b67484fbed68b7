// The OpenAPI document holds what Express serves, and nothing else.
import { MEDIA_TYPES } from '@lectern/shared';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { allRoutes, createApi } from '../src/app.ts';
import { apiConfig } from '../src/config.ts';
import type { ApiDeps } from '../src/deps.ts';
import { buildOpenApi } from '../src/openapi/build.ts';
import { preferredWait } from '../src/jobs/wait.ts';

// Routes are only listed here, none is run: the stores are never touched.
const deps = { config: apiConfig({}), registry: new Registry(), drain: new AbortController() } as ApiDeps;
const document = buildOpenApi(allRoutes(deps), '0') as { paths: Record<string, Record<string, Operation>>; components: { schemas: Record<string, unknown> } };
interface Operation { operationId: string; requestBody?: { content: Record<string, unknown> }; responses: Record<string, { description: string }> }

interface Layer { route?: { path: string; methods: Record<string, boolean>; stack: Array<{ method?: string }> } }

test('every route of Express is described, and the other way round', () => {
  const { stack } = (createApi(deps) as unknown as { router: { stack: Layer[] } }).router;
  const routes = stack.flatMap(({ route }) => (route && !route.methods['patch'] ? [route] : [])); // those for every method only say 405
  const served = routes.flatMap((route) => route.stack.map((handler) => `${handler.method} ${route.path.replace(/:(\w+)/g, '{$1}')}`));
  const described = Object.entries(document.paths).flatMap(([path, operations]) => Object.keys(operations).map((method) => `${method} ${path}`));
  expect(described.length).toBeGreaterThan(15);
  expect([...new Set(served)].sort()).toEqual([...described].sort());
});

test('every operation has a name of its own, an answer, and says what can go wrong', () => {
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
  expect(new Set(operations.map((o) => o.operationId)).size).toBe(operations.length);
  for (const { responses } of operations) {
    expect(Object.keys(responses).some((status) => status.startsWith('2'))).toBe(true);
    expect(responses['500']!.description).toContain('INTERNAL');
  }
});

test('references lead somewhere, bodies are named', () => {
  const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map((m) => m[1]!);
  expect(refs.length).toBeGreaterThan(20);
  for (const name of refs) expect(document.components.schemas).toHaveProperty(name);
  expect(Object.keys(document.paths['/v1/documents']!['post']!.requestBody!.content)).toEqual([...MEDIA_TYPES]);
  expect(document.paths['/v1/jobs']!['post']!.requestBody!.content).toEqual({ 'application/json': { schema: { $ref: '#/components/schemas/JobRequest' } } });
});

test.each([[undefined, undefined], ['wait=5', 5], ['respond-async, wait=10', 10], ['wait = "7"', 7], ['wait=9999', 60], ['wait=-1', undefined], ['return=minimal', undefined]])('Prefer: %s', (header, seconds) => {
  expect(preferredWait(header)).toBe(seconds);
});
