// The typed client of the REST API: every answer is checked, every failure is a ServiceError with the server's code.
import { healthSchema, modelListSchema, queueViewSchema, type ModelList, type QueueView } from '@lectern/shared';
import { type DocumentsClient, documentsClient } from './documents.ts';
import { type ClientOptions, createHttp } from './http.ts';
import { type JobsClient, jobsClient } from './jobs.ts';

interface CallOptions {
  signal?: AbortSignal | undefined;
}

export interface LecternClient {
  documents: DocumentsClient;
  jobs: JobsClient;
  /** Models that workers have loaded now. */
  models(options?: CallOptions): Promise<ModelList>;
  queue(options?: CallOptions): Promise<QueueView>;
  /** Throws SERVICE_UNREACHABLE when nobody is there. */
  health(options?: CallOptions): Promise<void>;
}

export function createClient(options: ClientOptions): LecternClient {
  const http = createHttp(options);
  return {
    documents: documentsClient(http),
    jobs: jobsClient(http, options.baseUrl),
    models: ({ signal } = {}) => http.json({ method: 'GET', path: '/v1/models', signal }, modelListSchema),
    queue: ({ signal } = {}) => http.json({ method: 'GET', path: '/v1/queue', signal }, queueViewSchema),
    async health({ signal } = {}) {
      await http.json({ method: 'GET', path: '/healthz', signal }, healthSchema);
    },
  };
}
