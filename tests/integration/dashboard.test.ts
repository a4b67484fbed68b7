// The whole watching chain, all real: API and worker as processes, Prometheus scraping both, documents going through, the dashboard's queries.
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dashboardPanels } from '../support/dashboard.ts';
import { until } from '../support/processes.ts';
import { freePort, hasPrometheus, type Prometheus, startPrometheus } from '../support/prometheus.ts';
import { startService, type TestService } from '../support/service.ts';
import { makeText } from '../support/text.ts';

/** Metrics that rightly stay 0 here: nothing of the kind happens to a service that is well. */
const QUIET = ['thread_restarts', 'threadpool_queue_size', 'jobs_stalled', 'redis_maxmemory_bytes', 'segment_cache'];
const MAX_DOCUMENT_BYTES = 500_000;

const rules = fileURLToPath(new URL('../../infra/prometheus/alerts.yml', import.meta.url));

describe.skipIf(!hasPrometheus() && !process.env['CI'])('the dashboard on a real Prometheus', () => {
  let service: TestService;
  let prometheus: Prometheus;

  beforeAll(async () => {
    const [apiPort, workerPort] = [await freePort(), await freePort()];
    service = await startService({ PORT: String(apiPort), MAX_DOCUMENT_BYTES: String(MAX_DOCUMENT_BYTES) });
    // Before the worker: counters are seen from their first value on.
    prometheus = await startPrometheus([
      { job: 'lectern-api', address: `127.0.0.1:${apiPort}` }, { job: 'lectern-worker', address: `127.0.0.1:${workerPort}` },
    ], [rules]);
    await service.startWorker({ METRICS_PORT: String(workerPort) });
    await sleep(2_000); // two scrapes of the worker at rest
    await pass(service);
    await sleep(3_000);
  });

  afterAll(async () => {
    await prometheus?.stop();
    await service?.stop();
  });

  it.each(dashboardPanels('15s').map((panel) => [panel.title, panel] as const))('%s', async (_title, { queries }) => {
    for (const query of queries) {
      const series = await prometheus.queryRange(query);
      const values = series.flatMap((one) => one.values.map(([, value]) => Number(value))).filter(Number.isFinite);
      expect(values.length, `no data: ${query}`).toBeGreaterThan(0);
      if (!QUIET.some((part) => query.includes(part))) expect(values.some((value) => value !== 0), `nothing but zeros: ${query}`).toBe(true);
    }
  });

  it('the rules are evaluated, and none fires on a service that is well but the watchdog', async () => {
    const firing = await prometheus.queryRange('ALERTS{alertstate="firing"}');
    expect(firing.map(({ metric }) => metric['alertname'])).toContain('LecternWatchdog');
    const others = firing.map(({ metric }) => metric['alertname']).filter((name) => name !== 'LecternWatchdog');
    expect(others).toEqual([]);
  });
});

/** What a day brings: a reading, answers of both kinds, a search, a replay, a refusal, a cancel, a failure, somebody who watches. */
async function pass(service: TestService): Promise<void> {
  const { jobs, documents } = service.client;
  const text = makeText({ numWords: 1_500, planted: ['The lighthouse at Port Ellery was kept by a widower named Magnus Thorne.'] });
  const question = 'Who kept the lighthouse at Port Ellery?';
  const first = await service.submit(text, { task: 'answer', question });
  const seen: string[] = [];
  for await (const event of jobs.events(first.job.id)) seen.push(event.type);
  expect(seen.at(-1)).toBe('done');
  expect((await service.ended(first.job.id)).state).toBe('completed');
  const document = first.document.id;
  for (const request of [{ task: 'search' as const, question }, { task: 'answer' as const, question, mode: 'sparse' as const }]) {
    const job = await jobs.create({ document, ...request }, { idempotencyKey: request.task });
    expect((await jobs.create({ document, ...request }, { idempotencyKey: request.task })).id).toBe(job.id);
    expect((await service.ended(job.id)).state).toBe('completed');
  }

  const long = await service.submit(makeText({ numWords: 12_000, seed: 3 }), { task: 'search', question, partial: true }, 'long.txt');
  await until('it is answered in part', async () => (await jobs.get(long.job.id)).partial !== undefined);
  await sleep(2_000); // so that a scrape sees it
  await jobs.cancel(long.job.id);
  expect((await service.ended(long.job.id)).state).toBe('cancelled');

  const broken = await documents.upload('%PDF-1.7\nnothing of a PDF follows', { mediaType: 'application/pdf', name: 'broken.pdf' });
  const bad = await jobs.create({ document: broken.id, task: 'answer', question });
  expect((await service.ended(bad.id)).state).toBe('failed');
  await expect(documents.upload('x'.repeat(MAX_DOCUMENT_BYTES + 1), { mediaType: 'text/plain' })).rejects.toMatchObject({ code: 'DOCUMENT_TOO_LARGE' });
}
