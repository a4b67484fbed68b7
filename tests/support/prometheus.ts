// A real Prometheus for tests: scrapes the given addresses every second into a folder of its own, and answers queries.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface PrometheusTarget {
  job: string;
  address: string; // host:port
}

export interface Series {
  metric: Record<string, string>;
  values: Array<[time: number, value: string]>;
}

export interface Prometheus {
  /** All samples since it started, one per second. */
  queryRange(query: string): Promise<Series[]>;
  stop(): Promise<void>;
}

export const hasPrometheus = (): boolean => spawnSync('prometheus', ['--version']).status === 0;

export async function startPrometheus(targets: readonly PrometheusTarget[], ruleFiles: readonly string[]): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'lectern-prometheus-'));
  const config = join(folder, 'prometheus.yml');
  await writeFile(config, JSON.stringify({ // JSON is YAML
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: ruleFiles,
    scrape_configs: targets.map(({ job, address }) => ({ job_name: job, static_configs: [{ targets: [address] }] })),
  }));
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn('prometheus', [
    `--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'data')}`, `--web.listen-address=${address}`, '--log.level=warn',
  ], { stdio: ['ignore', 'ignore', 'pipe'] });
  const output: string[] = [];
  child.stderr!.setEncoding('utf8').on('data', (text: string) => output.push(text));
  const startedAt = Date.now() / 1000;
  await untilReady(`http://${address}/-/ready`, child, output);
  return {
    async queryRange(query) {
      const parameters = new URLSearchParams({ query, start: String(startedAt), end: String(Date.now() / 1000), step: '1' });
      const response = await fetch(`http://${address}/api/v1/query_range?${parameters}`);
      const body = await response.json() as { status: string; error?: string; data: { result: Series[] } };
      if (body.status !== 'success') throw new Error(`${query}: ${body.error}`);
      return body.data.result;
    },
    async stop() {
      if (child.exitCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function untilReady(url: string, child: ChildProcess, output: readonly string[]): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline;) {
    if (child.exitCode !== null) break;
    const ready = await fetch(url).then((response) => response.ok, () => false);
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  child.kill('SIGKILL');
  throw new Error(`Prometheus did not become ready:\n${output.join('')}`);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
