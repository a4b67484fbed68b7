// The metrics endpoint: text for Prometheus, health that follows the worker's state, nothing else.
import { createWorkerMetrics } from '@lectern/shared';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { countCosts, setGauges } from '../src/gauges.ts';
import { Ledger } from '../src/ledger.ts';
import { startMetricsServer } from '../src/metrics-server.ts';

it('serves gauges as they are at the scrape, and what tasks cost', async () => {
  const registry = new Registry();
  const metrics = createWorkerMetrics(registry);
  const ledger = new Ledger(600);
  let isUp = true;
  const server = await startMetricsServer(registry, { host: '127.0.0.1', port: 0 }, {
    isUp: () => isUp, refresh: () => setGauges(metrics, { pools: [], ledger, memoryLimitBytes: 1000, isUp: () => isUp }),
  });
  try {
    const release = await ledger.reserve('x', 50);
    countCosts(metrics, { threadId: 1, seconds: 1, loadSeconds: 0.5, keyValueBytes: 7, weightBytes: 9, blobs: [{ op: 'get', seconds: 0.1, readBytes: 11, writtenBytes: 0 }], cacheEvents: { hit: 3 } });
    const text = await (await fetch(`${server.url}/metrics`)).text();
    for (const line of ['lectern_memory_reserved_bytes 450', 'lectern_memory_limit_bytes 1000', 'lectern_worker_up 1', 'lectern_attention_bytes_total{tier="memory"} 7', 'lectern_weight_bytes_total 9', 'lectern_blob_bytes_total{direction="read"} 11', 'lectern_segment_cache_total{event="hit"} 3', 'lectern_job_phase_seconds_count{phase="load"} 1']) {
      expect(text).toContain(line);
    }
    release();
    expect(await (await fetch(`${server.url}/metrics`)).text()).toContain('lectern_memory_reserved_bytes 400');
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    isUp = false;
    expect((await fetch(`${server.url}/healthz`)).status).toBe(503);
    expect((await fetch(`${server.url}/`)).status).toBe(404);
    expect((await fetch(`${server.url}/metrics`, { method: 'POST' })).status).toBe(404);
  } finally {
    await server.close();
  }
});
