// The registries as Prometheus sees them: names, initial series, gauges sampled at scrape time, and what failure looks like.
import { execFileSync, spawnSync } from 'node:child_process';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { METRIC_PREFIX, createApiMetrics, createWorkerMetrics, listMetrics, registerQueueMetrics, registerRedisMetrics, residentAnonymousBytes } from '../src/metrics/index.ts';
import { parseRedisInfo } from '../src/metrics/redis-metrics.ts';
import { cachedSample } from '../src/metrics/sampled.ts';

const INFO = [
  '# Server', 'redis_version:7.0.15', '# Memory', 'used_memory:1048576', 'maxmemory:0', 'maxmemory_policy:noeviction',
  '# Persistence', 'aof_enabled:1', 'aof_last_write_status:ok', '',
].join('\r\n');

function apiRegistry(info: () => Promise<string> = async () => INFO, limits = {}) {
  const registry = new Registry();
  const metrics = createApiMetrics(registry);
  registerQueueMetrics(registry, metrics.samplerFailures, {
    queues: [{ name: 'lectern-read', getJobCounts: async () => ({ waiting: 3, active: 1 }) }],
    tokensWaiting: async () => 12_000,
    workersAnnounced: async () => 2,
  }, limits);
  registerRedisMetrics(registry, metrics, { info }, limits);
  return { registry, metrics };
}

function workerRegistry() {
  const registry = new Registry();
  const metrics = createWorkerMetrics(registry);
  registerRedisMetrics(registry, metrics, { info: async () => INFO });
  return { registry, metrics };
}

const lecternNames = (text: string) => new Set([...text.matchAll(/^# TYPE (lectern_\S+)/gm)].map((m) => m[1]));

describe('metrics', () => {
  it('lists exactly what the two services register', async () => {
    for (const [service, { registry }] of [['api', apiRegistry()], ['worker', workerRegistry()]] as const) {
      const listed = listMetrics().filter((m) => m.services.includes(service)).map((m) => m.name);
      expect([...lecternNames(await registry.metrics())].sort()).toEqual(listed);
    }
  });

  it('uses base units, the prefix, and no label that could hold an id', () => {
    for (const { name, kind, labels, help } of listMetrics()) {
      expect(name.startsWith(METRIC_PREFIX)).toBe(true);
      expect(name.endsWith('_total'), name).toBe(kind === 'counter');
      expect(name).not.toMatch(/_(ms|millis|kb|mb|kib|mib|percent)(_|$)/);
      expect(help, name).toMatch(/\.$/);
      for (const label of Object.keys(labels)) expect(label, name).not.toMatch(/id$|tenant|job$|document/);
    }
  });

  it('starts every known series at 0, so that increase() sees the first event', async () => {
    const { registry, metrics } = workerRegistry();
    metrics.tokensRead.inc({ source: 'computed' }, 700);
    metrics.jobPhase.observe({ phase: 'encode' }, 1.5);
    const text = await registry.metrics();
    expect(text).toContain('lectern_tokens_read_total{source="computed"} 700');
    expect(text).toContain('lectern_tokens_read_total{source="stored"} 0');
    expect(text).toContain('lectern_job_phase_seconds_count{phase="encode"} 1');
    expect(text).toContain('lectern_job_phase_seconds_count{phase="seal"} 0');
    expect(text).toContain('lectern_jobs_stalled_total{queue="lectern-ask"} 0');
  });

  it('samples queues, Redis and resident memory when scraped', async () => {
    const { registry } = apiRegistry();
    await registry.metrics(); // a scrape's own round trip to Redis shows in the next one
    const text = await registry.metrics();
    expect(text).toContain('lectern_queue_tasks{queue="lectern-read",state="waiting"} 3');
    expect(text).toContain('lectern_queue_tokens_waiting 12000');
    expect(text).toContain('lectern_workers_announced 2');
    expect(text).toContain('lectern_redis_up 1');
    expect(text).toContain('lectern_redis_used_memory_bytes 1048576');
    expect(text).toContain('lectern_redis_aof_ok 1');
    expect(text).toContain('lectern_redis_command_seconds_count{command="info"} 1');
    expect(Number(/^lectern_resident_peak_bytes (\d+)$/m.exec(text)?.[1])).toBeGreaterThan(20e6);
  });

  it('serves everything else when Redis hangs, with redis_up 0 and no stale figures', async () => {
    const { registry } = apiRegistry(() => new Promise(() => {}), { timeoutMs: 30 });
    const text = await registry.metrics();
    expect(text).toContain('lectern_redis_up 0');
    expect(text).not.toMatch(/^lectern_redis_used_memory_bytes /m);
    expect(text).toContain('lectern_queue_tokens_waiting 12000');
    expect(await registry.metrics()).toContain('lectern_metrics_sampler_failures_total{sampler="lectern_redis_used_memory_bytes"} ');
  });

  it('asks once per second, however many gauges and scrapes want it', async () => {
    let asked = 0;
    const sample = cachedSample(async () => ++asked, { ttlMs: 50 });
    expect(await Promise.all([sample(), sample(), sample()])).toEqual([1, 1, 1]);
    expect(await sample()).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await sample()).toBe(2);
  });

  it('starts no second read while one hangs, and recovers when it ends', async () => {
    let asked = 0;
    let release: (value: number) => void = () => {};
    const sample = cachedSample(() => { asked++; return new Promise<number>((resolve) => { release = resolve; }); }, { timeoutMs: 10 });
    await expect(sample()).rejects.toThrow('no sample within 10 ms');
    await expect(sample()).rejects.toThrow();
    expect(asked).toBe(1);
    release(7);
    expect(await sample()).toBe(7);
  });

  it.each([
    ['aof off', { 'aof_enabled:1': 'aof_enabled:0' }, { aofOk: false }],
    ['aof write failed', { 'aof_last_write_status:ok': 'aof_last_write_status:err' }, { aofOk: false }],
    ['evicting policy', { 'maxmemory_policy:noeviction': 'maxmemory_policy:allkeys-lru' }, { policyOk: false }],
  ])('reads INFO: %s', (_, change, expected) => {
    const [[from, to]] = Object.entries(change);
    expect(parseRedisInfo(INFO.replace(from, to))).toMatchObject(expected);
  });

  it('does not guess when INFO lacks a field', () => {
    expect(() => parseRedisInfo('used_memory:1')).toThrow('Redis INFO has no maxmemory');
  });

  it.runIf(process.platform === 'linux')('counts memory that is allocated, not mapped', async () => {
    const before = await residentAnonymousBytes();
    const held = Buffer.alloc(64 << 20, 1);
    expect((await residentAnonymousBytes())! - before!).toBeGreaterThan(48 << 20);
    expect(held.length).toBe(64 << 20);
  });
});

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

describe.skipIf(!hasPromtool)('promtool check metrics', () => {
  it.each([['api', apiRegistry], ['worker', workerRegistry]] as const)('%s', async (_, make) => {
    const text = await make().registry.metrics();
    // prom-client's own defaults end gauges in _total; only Lectern's are judged.
    const own = text.split('\n').filter((line) => /^(# (HELP|TYPE) )?lectern_/.test(line)).join('\n');
    expect(execFileSync('promtool', ['check', 'metrics'], { input: `${own}\n`, encoding: 'utf8' })).toBe('');
  });
});
