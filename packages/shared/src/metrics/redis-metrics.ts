// Gauges of Redis, from one INFO per scrape: is it up, how full, and does it keep what it was given.
import type { Counter, Histogram, Registry } from 'prom-client';
import { redisDefinitions as d } from './definitions.ts';
import { cachedSample, registerSampledGauge, type SampleLimits } from './sampled.ts';

/** What is asked of an ioredis client. */
export interface InfoClient {
  info(): Promise<string>;
}

interface RedisFacts {
  usedMemoryBytes: number;
  maxMemoryBytes: number;
  policyOk: boolean;
  aofOk: boolean;
}

/** The metrics this shares with its service. */
export interface RedisMetricsOwner {
  readonly samplerFailures: Counter<'sampler'>;
  readonly redisCommand: Histogram<'command'>;
}

export function registerRedisMetrics(registry: Registry, metrics: RedisMetricsOwner, client: InfoClient, limits?: SampleLimits): void {
  const facts = cachedSample(async () => {
    const stop = metrics.redisCommand.startTimer({ command: 'info' });
    const text = await client.info();
    stop();
    return parseRedisInfo(text);
  }, limits);
  const failures = metrics.samplerFailures;
  registerSampledGauge(registry, d.redisUp, failures, () => facts().then(() => [{ value: 1 }], () => [{ value: 0 }]));
  registerSampledGauge(registry, d.redisUsedMemory, failures, async () => [{ value: (await facts()).usedMemoryBytes }]);
  registerSampledGauge(registry, d.redisMaxMemory, failures, async () => [{ value: (await facts()).maxMemoryBytes }]);
  registerSampledGauge(registry, d.redisPolicyOk, failures, async () => [{ value: Number((await facts()).policyOk) }]);
  registerSampledGauge(registry, d.redisAofOk, failures, async () => [{ value: Number((await facts()).aofOk) }]);
}

export function parseRedisInfo(text: string): RedisFacts {
  const fields = new Map(text.split(/\r?\n/).filter((line) => line.includes(':')).map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1)] as const;
  }));
  const field = (name: string): string => {
    const value = fields.get(name);
    if (value === undefined) throw new Error(`Redis INFO has no ${name}`);
    return value;
  };
  return {
    usedMemoryBytes: Number(field('used_memory')),
    maxMemoryBytes: Number(field('maxmemory')),
    policyOk: field('maxmemory_policy') === 'noeviction',
    aofOk: field('aof_enabled') === '1' && field('aof_last_write_status') === 'ok',
  };
}
