// Records of jobs on a real Redis for a test file. The names below are set when useRecords()'s hooks have run.
import { documentIdOf, type JobDeps, type JobRecord, type JobRequest, newJobId, type Stores } from '@lectern/shared';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { openRecords } from './records.ts';

export const RESULT = { answer: 'yes', supported: true, citations: [], figures: { tokensRead: 1, chunksEncoded: 1, chunksReused: 0, readSeconds: 0, tokensPerSecond: 0, findSeconds: 0, answerSeconds: 0, peakResidentBytes: 1 } };
export const DOC = documentIdOf('t', 'text/plain', 'x');
export const READING = 'rd_1';

export let redis: Redis;
export let stores: Stores;
export let deps: JobDeps;

/** Called once by a test file: records on a Redis of its own, emptied before each test but for one document. */
export function useRecords(): void {
  let close: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    ({ redis, stores, deps, close } = await openRecords({ maxOpenJobs: 100 }));
  });
  afterAll(() => close?.());
  beforeEach(async () => {
    await redis.flushall();
    await putDocument('t');
  });
}

export const putDocument = (tenant: string, id = DOC, createdAt = new Date().toISOString()) =>
  stores.documents.put({ id, tenant, name: 'n', mediaType: 'text/plain', sha256: 'x', numBytes: 1, createdAt });
export const request = (more: Partial<JobRequest> = {}): JobRequest => ({ document: DOC, task: 'answer', question: 'q?', mode: 'reread', top: 8, maxOutputTokens: 96, keep: 'index', partial: false, effort: 'normal', ...more });
export const newJob = (tenant = 't', id = newJobId()): Promise<JobRecord> => stores.jobs.create({ id, tenant, request: request(), readingIds: [READING], model: 'm' });
export const stateOf = async (id: string): Promise<string | undefined> => (await stores.jobs.get('t', id))?.state;
export const typesOf = async (id: string, after = 0): Promise<string[]> => (await stores.jobs.events('t', id, after, 0)).map((e) => `${e.seq} ${e.type} ${String(e.data['state'] ?? '')}`.trim());
