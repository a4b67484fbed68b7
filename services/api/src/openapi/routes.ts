// The document itself, and a page of plain text for people who open the address.
import { defineRoute, type Route } from '../http/route.ts';
import { version } from '../version.ts';
import { buildOpenApi } from './build.ts';

export function documentationRoutes(others: readonly Route[]): Route[] {
  const openapi = defineRoute({
    method: 'get',
    path: '/openapi.json',
    summary: 'This description, OpenAPI 3.1.',
    responses: { 200: { description: 'The description.' } },
    errors: [],
    isOpen: true,
    handle({ res }) {
      res.json(document);
    },
  });
  const overview = defineRoute({
    method: 'get',
    path: '/',
    summary: 'What is here, as plain text.',
    responses: { 200: { description: 'An overview.', mediaType: 'text/plain' } },
    errors: [],
    isOpen: true,
    handle({ res }) {
      res.type('text/plain').send(text);
    },
  });
  const routes = [...others, openapi, overview];
  const document = buildOpenApi(routes, version);
  const width = Math.max(...routes.map((r) => r.path.length));
  const text = [
    `Lectern ${version}: reads long documents once and answers questions about them with exact quotations.`, '',
    ...routes.map((r) => `${r.method.toUpperCase().padEnd(6)} ${r.path.padEnd(width)}  ${r.summary}`), '',
    'curl -sS --data-binary @book.txt -H "Content-Type: text/plain" -H "X-Document-Name: book.txt" <here>/v1/documents',
    'curl -sS -H "Content-Type: application/json" -d \'{"document":"doc_...","question":"..."}\' <here>/v1/jobs', '',
  ].join('\n');
  return [openapi, overview];
}
