// Memory of another process, from /proc: anonymous resident memory is what it holds itself, without mapped files.
import { readFileSync } from 'node:fs';

const SAMPLE_EVERY_MS = 50;

/** Bytes now; throws when the process is gone or the system has no /proc. */
export function anonymousBytes(pid: number): number {
  const found = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  if (found === null) throw new Error(`/proc/${pid}/status has no RssAnon`);
  return Number(found[1]) * 1024;
}

/** Watches while the work runs; returns the work's value and the highest value seen. */
export async function withPeakMemory<T>(pid: number, work: () => Promise<T>): Promise<{ value: T; peakAnonymousBytes: number }> {
  let peakAnonymousBytes = anonymousBytes(pid);
  const timer = setInterval(() => { peakAnonymousBytes = Math.max(peakAnonymousBytes, anonymousBytes(pid)); }, SAMPLE_EVERY_MS);
  try {
    const value = await work();
    return { value, peakAnonymousBytes };
  } finally {
    clearInterval(timer);
  }
}
