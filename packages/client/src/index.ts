// Typed HTTP client of Lectern.
export { sliceCodePoints, toUtf16Range } from './characters.ts';
export { createClient, type LecternClient } from './client.ts';
export type { DocumentBody, DocumentsClient } from './documents.ts';
export type { EventsOptions } from './events.ts';
export type { ClientOptions } from './http.ts';
export type { JobsClient, NewJob } from './jobs.ts';
