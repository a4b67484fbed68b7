// /v1/documents: hand in, look at, delete.
import { documentListSchema, documentTextSchema, documentViewSchema, MEDIA_TYPES, ServiceError } from '@lectern/shared';
import { z } from 'zod';
import type { ApiDeps } from '../deps.ts';
import { documentKeys } from '../documents/blob-keys.ts';
import { discardRest } from '../documents/discard.ts';
import { mediaTypeOf, nameOf } from '../documents/headers.ts';
import { receiveDocument, tooLarge } from '../documents/receive.ts';
import { removeDocumentParts } from '../documents/remove.ts';
import { readTextRange } from '../documents/text-range.ts';
import { intQuery } from '../http/parse.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { documentView } from '../jobs/view.ts';
import { pageQuery } from './page.ts';

const MAX_TEXT_CHARS = 1_000_000;
const params = z.object({ id: z.string().regex(/^doc_[0-9a-f]{40}$/) });
const noDocument = (id: string): ServiceError => new ServiceError('NOT_FOUND', `there is no document ${id}`);

export function documentRoutes(deps: ApiDeps): Route[] {
  const { documents, blobs, config, metrics } = deps;

  const upload = defineRoute({
    method: 'post',
    path: '/v1/documents',
    summary: 'Hand in a document. The same bytes of the same type again are the same document.',
    query: z.strictObject({ name: z.string().optional() }),
    headers: { 'X-Document-Name': 'The document\'s name, percent-encoded UTF-8; goes before ?name=.' },
    rawBody: { mediaTypes: MEDIA_TYPES },
    responses: {
      201: { description: 'Stored.', schema: documentViewSchema, headers: { Location: 'The document.' } },
      200: { description: 'It was there already; its first name stays.', schema: documentViewSchema, headers: { Location: 'The document.' } },
    },
    errors: ['DOCUMENT_EMPTY', 'DOCUMENT_TOO_LARGE', 'DOCUMENT_ENCODING', 'UNSUPPORTED_MEDIA_TYPE', 'VALIDATION', 'DISK_FULL', 'DRAINING'],
    makesWork: true,
    async handle({ query, tenant, req, res }) {
      try {
        const [mediaType, name] = [mediaTypeOf(req), nameOf(req, query.name)];
        const declared = Number(req.get('content-length') ?? 0);
        if (declared > config.MAX_DOCUMENT_BYTES) throw tooLarge(config.MAX_DOCUMENT_BYTES, declared);
        const { created, record } = await receiveDocument({ blobs, documents }, { tenant, name, mediaType, source: req.iterator({ destroyOnReturn: false }), maxBytes: config.MAX_DOCUMENT_BYTES });
        res.status(created ? 201 : 200).location(`/v1/documents/${record.id}`).json(documentView(record));
      } catch (error) {
        discardRest(req);
        if (error instanceof ServiceError && error.code === 'DOCUMENT_TOO_LARGE') metrics.admissionRejections.inc({ reason: 'too_large' });
        throw error;
      }
    },
  });

  const list = defineRoute({
    method: 'get',
    path: '/v1/documents',
    summary: 'Documents, newest first.',
    query: pageQuery,
    responses: { 200: { description: 'A page.', schema: documentListSchema } },
    errors: ['VALIDATION'],
    async handle({ query, tenant, res }) {
      const { data, hasMore, cursor } = await documents.list(tenant, query);
      res.json({ data: data.map(documentView), hasMore, ...(cursor === undefined ? {} : { nextCursor: cursor }) });
    },
  });

  const get = defineRoute({
    method: 'get',
    path: '/v1/documents/{id}',
    summary: 'One document.',
    params,
    responses: { 200: { description: 'The document.', schema: documentViewSchema } },
    errors: ['NOT_FOUND'],
    async handle({ params: { id }, tenant, res }) {
      const record = await documents.get(tenant, id);
      if (!record) throw noDocument(id);
      res.json(documentView(record));
    },
  });

  const text = defineRoute({
    method: 'get',
    path: '/v1/documents/{id}/text',
    summary: 'Characters of the extracted text: what the offsets of citations count.',
    params,
    query: z.strictObject({ start: intQuery(0, Number.MAX_SAFE_INTEGER).default(0), end: intQuery(0, Number.MAX_SAFE_INTEGER).optional() })
      .refine((q) => (q.end ?? q.start) >= q.start, { path: ['end'], error: 'end is before start' })
      .refine((q) => (q.end ?? q.start) - q.start <= MAX_TEXT_CHARS, { path: ['end'], error: `at most ${MAX_TEXT_CHARS} characters at once` }),
    responses: { 200: { description: `Code points [start, end), clamped to the text. Without end: ${MAX_TEXT_CHARS}.`, schema: documentTextSchema } },
    errors: ['NOT_FOUND', 'RESULT_NOT_READY', 'VALIDATION'],
    async handle({ params: { id }, query, tenant, res }) {
      const record = await documents.get(tenant, id);
      if (!record) throw noDocument(id);
      const stat = await blobs.stat(documentKeys.text(id));
      if (!stat) throw new ServiceError('RESULT_NOT_READY', `the text of document ${id} is not extracted yet: a job that reads it does that`);
      const range = { start: query.start, end: query.end ?? query.start + MAX_TEXT_CHARS, numBytes: stat.numBytes };
      res.json(await readTextRange(blobs, stat.key, { ...range, ...(record.numChars === undefined ? {} : { numChars: record.numChars }) }));
    },
  });

  const remove = defineRoute({
    method: 'delete',
    path: '/v1/documents/{id}',
    summary: 'Delete a document with its text and its readings.',
    params,
    responses: { 204: { description: 'Deleted.' } },
    errors: ['NOT_FOUND', 'DOCUMENT_IN_USE'],
    async handle({ params: { id }, tenant, res }) {
      await documents.exclusively(tenant, id, async () => {
        if (!(await documents.remove(tenant, id))) throw noDocument(id);
        await removeDocumentParts(deps, tenant, id);
      });
      res.status(204).end();
    },
  });

  return [upload, list, get, text, remove];
}
