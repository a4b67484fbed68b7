// `docker-compose up --build` as an operator runs it: images built by the Dockerfile, all services but Grafana started, a document
// uploaded and asked about over the published port, metrics scraped by the Prometheus beside it.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createClient, type LecternClient } from '@lectern/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dashboardPanels } from '../support/dashboard.ts';
import { until } from '../support/processes.ts';
import { makeText } from '../support/text.ts';
import { type Compose, missingForCompose, openCompose } from './compose.ts';

const SERVICES = ['api', 'worker', 'redis', 'prometheus'];
const FACT = 'The lighthouse at Port Ellery was kept by a widower named Magnus Thorne.';
const QUESTION = 'Who kept the lighthouse at Port Ellery?';

const missing = missingForCompose();
if (missing.length > 0) console.warn(`docker-compose is not tested: this machine lacks ${missing.join(', ')}`);

describe.skipIf(missing.length > 0 && !process.env['CI'])('docker-compose up --build', () => {
  let compose: Compose;
  let client: LecternClient;

  beforeAll(async () => {
    const script = fileURLToPath(new URL('../../scripts/containers/stand-in.mjs', import.meta.url));
    compose = await openCompose(JSON.parse(execFileSync(process.execPath, [script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })));
    compose.run('down', '--volumes'); // what a killed run left
    compose.run('up', '--build', '--detach', ...SERVICES);
    client = createClient({ baseUrl: compose.apiUrl, apiKey: compose.key });
    // The worker's first start fetches the model.
    await until('a worker is ready', async () => {
      const response = await get(`${compose.apiUrl}/readyz`);
      return response?.ok === true && (await response.json() as { status: string }).status === 'ready';
    }, 300_000, 500);
  }, 1_200_000);

  afterAll(() => {
    compose?.run('down', '--volumes');
  });

  it('answers with a quotation whose offsets are exact', async () => {
    const text = makeText({ numWords: 3_000, planted: [FACT] });
    const { id: document } = await client.documents.upload(text, { mediaType: 'text/plain', name: 'harbour.txt' });
    const job = await client.jobs.create({ document, task: 'answer', question: QUESTION });
    expect(await client.jobs.wait(job.id, { everySeconds: 1 })).toMatchObject({ state: 'completed' });
    const { answer, citations } = await client.jobs.result(job.id);
    expect(answer).toContain('Magnus Thorne');
    expect(citations[0].text).toContain('Magnus Thorne');
    expect([...text].slice(citations[0].startChar, citations[0].endChar).join('')).toBe(citations[0].text);
  });

  it('refuses who has no key', async () => {
    expect((await fetch(`${compose.apiUrl}/v1/documents`)).status).toBe(401);
  });

  it('runs without root, on a Redis that keeps everything', () => {
    for (const service of ['api', 'worker']) expect(compose.run('exec', '-T', service, 'id', '-u').trim()).toBe('1000');
    expect(compose.run('exec', '-T', 'redis', 'redis-cli', 'CONFIG', 'GET', 'appendonly')).toContain('yes');
    expect(compose.run('exec', '-T', 'redis', 'redis-cli', 'CONFIG', 'GET', 'maxmemory-policy')).toContain('noeviction');
  });

  it('keeps jobs and readings over a restart of everything', async () => {
    const { data: [before] } = await client.jobs.list({ state: 'completed' });
    compose.run('restart', ...SERVICES);
    await until('the API is back', async () => (await get(`${compose.apiUrl}/healthz`))?.ok === true, 120_000, 500);
    expect(await client.jobs.get(before.id)).toMatchObject({ state: 'completed' });
    const again = await client.jobs.create({ document: before.request.document!, task: 'answer', question: QUESTION });
    expect(await client.jobs.wait(again.id, { everySeconds: 1 })).toMatchObject({ state: 'completed' });
    expect((await client.jobs.result(again.id)).figures).toMatchObject({ chunksEncoded: 0 });
  });

  it('is watched: a second worker is scraped without a change, and every panel has a query that Prometheus takes', async () => {
    compose.run('up', '--detach', '--no-recreate', '--scale', 'worker=2', 'worker');
    await until('API and both workers are scraped', async () => {
      const { result } = await query(compose, 'up');
      const up = (job: string) => result.filter(({ metric, value }) => metric['job'] === job && value[1] === '1').length;
      return up('lectern-api') === 1 && up('lectern-worker') === 2;
    }, 180_000, 1_000);
    for (const { title, queries } of dashboardPanels()) {
      for (const text of queries) await expect(query(compose, text), `${title}: ${text}`).resolves.toBeDefined();
    }
    // Counters began again with the restart, and whether a scrape fell between the first reading and it is chance: another is read.
    const { id: document } = await client.documents.upload(makeText({ numWords: 3_000, seed: 2 }), { mediaType: 'text/plain', name: 'other.txt' });
    expect(await client.jobs.wait((await client.jobs.create({ document, task: 'read' })).id, { everySeconds: 1 })).toMatchObject({ state: 'completed' });
    await until('the reading is counted', async () => {
      const [sample] = (await query(compose, 'sum(max_over_time(lectern_tokens_read_total[30m]))')).result;
      return Number(sample?.value[1] ?? 0) > 0;
    }, 120_000, 1_000);
  });

  it('mounts for Grafana what its provisioning names', () => {
    const provider = readFileSync(new URL('../../infra/grafana/provisioning/dashboards/lectern.yml', import.meta.url), 'utf8');
    const config = compose.run('config');
    const [, folder] = /path: (\S+)/.exec(provider)!;
    expect(config).toContain(`/infra/grafana/dashboards:${folder}:ro`);
    const [, source] = /url: (\S+)/.exec(readFileSync(new URL('../../infra/grafana/provisioning/datasources/prometheus.yml', import.meta.url), 'utf8'))!;
    expect(source).toBe('http://prometheus:9090');
  });
});

/** A port whose container does not listen yet accepts and says nothing. */
const get = (url: string): Promise<Response | undefined> => fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);

type Vector = { result: Array<{ metric: Record<string, string>; value: [time: number, value: string] }> };

async function query(compose: Compose, text: string): Promise<Vector> {
  const response = await get(`${compose.prometheusUrl}/api/v1/query?${new URLSearchParams({ query: text })}`);
  const body = await response?.json() as { status: string; error?: string; data: Vector } | undefined;
  if (body === undefined) return { result: [] };
  if (body.status !== 'success') throw new Error(`${text}: ${body.error}`);
  return body.data;
}
