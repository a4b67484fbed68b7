// The records on a real Redis: lists, events and workers.
import { documentIdOf } from '@lectern/shared';
import { describe, expect, test } from 'vitest';
import { DOC, newJob, putDocument, redis, RESULT, stores, useRecords } from '../support/job-records.ts';

useRecords();

describe('lists', () => {
  test('jobs: newest first, every job once, also by state', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 25; i++) ids.push((await newJob()).id);
    for (const id of ids.filter((_, i) => i % 5 === 0)) await stores.jobs.requestCancel('t', id);
    const pagesOf = async (state?: 'queued' | 'cancelled'): Promise<string[]> => {
      const seen: string[] = [];
      for (let after: string | undefined; ;) {
        const page = await stores.jobs.list('t', { limit: 4, after, state });
        seen.push(...page.data.map((j) => j.id));
        if (!page.hasMore) return seen;
        after = page.data.at(-1)!.id;
      }
    };
    expect(await pagesOf()).toEqual([...ids].sort().reverse());
    expect((await pagesOf('cancelled')).sort()).toEqual(ids.filter((_, i) => i % 5 === 0).sort());
    expect(await pagesOf('queued')).toHaveLength(20);
    expect((await stores.jobs.list('stranger', { limit: 10 })).data).toEqual([]);
    const open: string[] = [];
    for await (const job of stores.jobs.open()) open.push(job.id);
    expect(new Set(open).size).toBe(20);
  });

  test('what planning found out about a document is kept with it, its notes too', async () => {
    const known = await stores.documents.get('t', DOC);
    await stores.documents.update('t', DOC, { numChars: 12, numPages: 2, notes: ['page 2 has no text layer', 'größer 😀'] });
    expect(await stores.documents.get('t', DOC)).toEqual({ ...known, numChars: 12, numPages: 2, notes: ['page 2 has no text layer', 'größer 😀'] });
    await stores.documents.update('t', 'doc_gone', { notes: ['x'] });
    expect(await stores.documents.get('t', 'doc_gone')).toBeUndefined();
  });

  test('documents: newest first; a cursor whose document was deleted still works', async () => {
    await redis.flushall();
    const ids = Array.from({ length: 9 }, (_, i) => documentIdOf('t', 'text/plain', String(i)));
    for (const [i, id] of ids.entries()) await putDocument('t', id, new Date(1_700_000_000_000 + i).toISOString());
    const first = await stores.documents.list('t', { limit: 4 });
    expect(first.data.map((d) => d.id)).toEqual(ids.slice(5).reverse());
    await stores.documents.remove('t', ids[5]!);
    const second = await stores.documents.list('t', { limit: 4, after: first.cursor });
    expect(second.data.map((d) => d.id)).toEqual(ids.slice(1, 5).reverse());
    const third = await stores.documents.list('t', { limit: 4, after: second.cursor });
    expect(third).toMatchObject({ hasMore: false });
    expect(third.data.map((d) => d.id)).toEqual([ids[0]]);
  });

  test('a document in use cannot be deleted, and a job cannot be made of a deleted one: one of the two wins', async () => {
    for (let i = 0; i < 10; i++) {
      const [made, removed] = await Promise.allSettled([newJob(), stores.documents.remove('t', DOC)]);
      expect([made.status, removed.status].sort()).toEqual(['fulfilled', 'rejected']);
      if (made.status === 'fulfilled') await stores.jobs.requestCancel('t', made.value.id);
      await putDocument('t');
    }
  });
});

describe('events', () => {
  test('one who waits is woken; nothing comes twice or is left out while others write', async () => {
    const { id } = await newJob();
    const attempt = (await stores.jobs.startAttempt(id, 'w'))!;
    const seen: number[] = [];
    const reader = (async () => {
      for (let after = 0; ;) {
        const events = await stores.jobs.events('t', id, after, 5_000);
        seen.push(...events.map((e) => e.seq));
        after = seen.at(-1)!;
        if (events.at(-1)?.type === 'done') return;
      }
    })();
    await Promise.all(Array.from({ length: 1_200 }, (_, i) => stores.jobs.appendEvent(id, 'delta', { text: String(i) }, attempt)));
    await stores.jobs.complete(id, attempt, RESULT);
    await reader;
    expect(seen).toEqual(Array.from({ length: 1_203 }, (_, i) => i + 1));
  });

  test('waiting ends with its time, or at once when told to', async () => {
    const { id } = await newJob();
    const start = Date.now();
    expect(await stores.jobs.events('t', id, 1, 300)).toEqual([]);
    expect(Date.now() - start).toBeGreaterThanOrEqual(290);
    const abort = new AbortController();
    const waiting = stores.jobs.events('t', id, 1, 60_000, abort.signal);
    setTimeout(() => abort.abort(), 100);
    expect(await waiting).toEqual([]);
    expect(await stores.jobs.events('stranger', id, 0, 60_000)).toEqual([]);
  });
});

describe('workers', () => {
  test('are listed while they announce themselves', async () => {
    const worker = { id: 'h:1', startedAt: 't', engine: 'native', device: 'avx2', models: [], readThreads: 1, askThreads: 1, residentBytes: 1, memoryLimitBytes: 2 };
    await stores.workers.announce(worker, 300);
    await stores.workers.announce({ ...worker, id: 'h:2' }, 60_000);
    expect((await stores.workers.list()).map((w) => w.id).sort()).toEqual(['h:1', 'h:2']);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect((await stores.workers.list()).map((w) => w.id)).toEqual(['h:2']);
    await stores.workers.withdraw('h:2');
    expect(await stores.workers.list()).toEqual([]);
  });
});
