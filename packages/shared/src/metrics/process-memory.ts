// Resident memory of this process: the anonymous part (what it allocated, not the mapped model file) and the peak.
import { readFile } from 'node:fs/promises';
import type { Counter, Registry } from 'prom-client';
import { processDefinitions as d } from './definitions.ts';
import { registerSampledGauge } from './sampled.ts';

/** RssAnon of /proc/self/status; undefined where the system has no such file. */
export async function residentAnonymousBytes(): Promise<number | undefined> {
  if (process.platform !== 'linux') return undefined;
  const match = /^RssAnon:\s+(\d+) kB$/m.exec(await readFile('/proc/self/status', 'utf8'));
  return match ? Number(match[1]) * 1024 : undefined;
}

export function residentPeakBytes(): number {
  return process.resourceUsage().maxRSS * 1024; // Node gives kibibytes on every system
}

export function registerProcessMemory(registry: Registry, failures: Counter<'sampler'>): void {
  registerSampledGauge(registry, d.residentAnonymous, failures, async () => {
    const value = await residentAnonymousBytes();
    return value === undefined ? [] : [{ value }];
  });
  registerSampledGauge(registry, d.residentPeak, failures, () => [{ value: residentPeakBytes() }]);
}
