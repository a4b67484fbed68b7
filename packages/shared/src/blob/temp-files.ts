// Names of unfinished files, and removal of those that a killed process left. Finished blobs live elsewhere.
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ulid } from 'ulid';

const ABANDONED_AFTER_MS = 60 * 60 * 1000; // a running put touches its file far more often
const host = hostname().replace(/[^A-Za-z0-9-]/g, '-').slice(0, 64);

export const newTempName = (): string => `${host}.${process.pid}.${ulid()}`;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Removes what belongs to a dead process of this host, and what nobody (of any host) wrote to for an hour. */
export async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [nameHost, pid] = name.split('.');
    const path = join(folder, name);
    const facts = await stat(path).catch(() => undefined); // finished or removed meanwhile
    if (!facts) continue;
    const dead = nameHost === host && Number(pid) > 0 && !isAlive(Number(pid));
    if (dead || Date.now() - facts.mtimeMs > ABANDONED_AFTER_MS) await rm(path, { force: true });
  }
}
