// The whole watching chain, all real: API and worker as processes, Prometheus scraping both, documents going through, the dashboard's queries.
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dashboardPanels } from '../support/dashboard.ts';
import { until } from '../support/processes.ts';
import { freePort, hasPrometheus, type Prometheus, startPrometheus } from '../support/prometheus.ts';
import { startService, type TestService } from '../support/service.ts';
import { makeText } from '../support/text.ts';

/** Panels that rightly show nothing but zeros here: nothing of the kind happens to a service that is well. */
const QUIET = ['Threads started anew', 'Waiting for a thread', 'Event streams'];

const rules = fileURLToPath(new URL('../../infra/prometheus/alerts.yml', import.meta.url));

describe.skipIf(!hasPrometheus() && !process.env['CI'])('the dashboard on a real Prometheus', () => {
  let service: TestService;
  let prometheus: Prometheus;

  beforeAll(async () => {
    const [apiPort, workerPort] = [await freePort(), await freePort()];
    service = await startService({ PORT: String(apiPort), RATE_LIMIT_PER_MINUTE: '600' });
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

  it.each(dashboardPanels('15s').map((panel) => [panel.title, panel] as const))('%s', async (title, { queries }) => {
    for (const query of queries) {
      const series = await prometheus.queryRange(query);
      const values = series.flatMap((one) => one.values.map(([, value]) => Number(value))).filter(Number.isFinite);
      expect(values.length, `no data: ${query}`).toBeGreaterThan(0);
    }
    if (QUIET.includes(title)) return;
    const all = (await Promise.all(queries.map((query) => prometheus.queryRange(query)))).flat().flatMap((one) => one.values.map(([, value]) => Number(value)));
    expect(all.some((value) => Number.isFinite(value) && value !== 0), `nothing but zeros: ${title}`).toBe(true);
  });

  it('the rules are evaluated, and none fires on a service that is well but the watchdog', async () => {
    const firing = await prometheus.queryRange('ALERTS{alertstate="firing"}');
    expect(firing.map(({ metric }) => metric['alertname'])).toContain('LecternWatchdog');
    const others = firing.map(({ metric }) => metric['alertname']).filter((name) => name !== 'LecternWatchdog');
    expect(others).toEqual([]);
  });
});

/** What a day brings: a reading, answers of both kinds, a search, a replay, a refusal, a cancel, a failure. */
async function pass(service: TestService): Promise<void> {
  const { client } = service;
  const text = makeText({ numWords: 1_500, planted: ['The lighthouse at Port Ellery was kept by a widower named Magnus Thorne.'] });
  const question = 'Who kept the lighthouse at Port Ellery?';
  const first = await service.submit(text, { task: 'answer', question });
  expect((await service.ended(first.job.id)).state).toBe('completed');
  const document = first.document.id;
  for (const request of [{ task: 'search' as const, question }, { task: 'answer' as const, question, mode: 'sparse' as const, keep: 'all' as const }]) {
    const job = await client.createJob({ document, ...request });
    expect((await service.ended(job.id)).state).toBe('completed');
  }

  const long = await service.submit(makeText({ numWords: 12_000, seed: 3 }), { task: 'read' }, 'long.txt');
  await until('it is read', async () => (await client.getJob(long.job.id)).progress?.state === 'encoding');
  await client.cancelJob(long.job.id);
  expect((await service.ended(long.job.id)).state).toBe('cancelled');

  const broken = await client.createDocument({ bytes: Buffer.from('%PDF-1.7\nnothing of a PDF follows'), name: 'broken.pdf' });
  const bad = await client.createJob({ document: broken.id, task: 'answer', question });
  expect((await service.ended(bad.id)).state).toBe('failed');
}
