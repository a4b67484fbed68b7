// How many bytes this process may use: the cgroup's limit where there is one, else the machine's memory.
import { existsSync, readFileSync } from 'node:fs';
import { totalmem } from 'node:os';

/** Share of the limit that is handed out; the rest is left to the kernel, the page cache and the garbage collector. */
const USABLE = 0.8;

const CGROUP_FILES = ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes'] as const; // v2, v1

/** undefined for 'max', for v1's "no limit" (about 2^63) and for anything that is no count of bytes. */
export function parseCgroupLimit(text: string, physicalBytes: number): number | undefined {
  const value = text.trim();
  if (!/^\d{1,20}$/.test(value)) return undefined;
  const bytes = Number(value);
  return bytes > 0 && bytes < physicalBytes ? bytes : undefined;
}

export function defaultMemoryLimit(files: readonly string[] = CGROUP_FILES): number {
  const physicalBytes = totalmem();
  for (const file of files) {
    if (!existsSync(file)) continue;
    const limit = parseCgroupLimit(readFileSync(file, 'utf8'), physicalBytes);
    if (limit !== undefined) return Math.floor(limit * USABLE);
  }
  return Math.floor(physicalBytes * USABLE);
}
