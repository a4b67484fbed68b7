// /v1/documents.
import { documentListSchema, documentTextSchema, documentViewSchema, type DocumentList, type DocumentText, type DocumentView, type MediaType } from '@lectern/shared';
import type { Http, RequestBody } from './http.ts';

export type DocumentBody = Uint8Array | string | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

interface CallOptions {
  signal?: AbortSignal | undefined;
}

export interface DocumentsClient {
  /** The same bytes of the same type again are the same document. A stream is sent as it comes. */
  upload(body: DocumentBody, options: CallOptions & { mediaType: MediaType; name?: string | undefined }): Promise<DocumentView>;
  get(id: string, options?: CallOptions): Promise<DocumentView>;
  /** Newest first; `after` is the nextCursor of the page before. */
  list(options?: CallOptions & { limit?: number | undefined; after?: string | undefined }): Promise<DocumentList>;
  delete(id: string, options?: CallOptions): Promise<void>;
  /** Code points [start, end) of the extracted text, clamped to it. */
  text(id: string, options?: CallOptions & { start?: number | undefined; end?: number | undefined }): Promise<DocumentText>;
}

export function documentsClient(http: Http): DocumentsClient {
  const at = (id: string): string => `/v1/documents/${encodeURIComponent(id)}`;
  return {
    upload(body, { mediaType, name, signal }) {
      const headers = { 'Content-Type': mediaType, 'X-Document-Name': name === undefined ? undefined : encodeURIComponent(name) };
      return http.json({ method: 'POST', path: '/v1/documents', headers, body: toBody(body), signal }, documentViewSchema);
    },
    get: (id, { signal } = {}) => http.json({ method: 'GET', path: at(id), signal }, documentViewSchema),
    list: ({ signal, ...query } = {}) => http.json({ method: 'GET', path: '/v1/documents', query, signal }, documentListSchema),
    async delete(id, { signal } = {}) {
      await http.send({ method: 'DELETE', path: at(id), signal });
    },
    text: (id, { signal, ...query } = {}) => http.json({ method: 'GET', path: `${at(id)}/text`, query, signal }, documentTextSchema),
  };
}

const toBody = (body: DocumentBody): RequestBody =>
  (typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream ? body : ReadableStream.from(body)) as RequestBody;
