// The files below a folder, in the order of their names. It never leaves the folder.
import type { Dirent } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { ServiceError } from '@lectern/shared';
import type { Skipped } from './skipped.ts';

/** Looked at in one folder with all below it. */
const MAX_ENTRIES = 100_000;

/** Paths as `folder` was given: docs/a/b.txt for docs. */
export async function* filesIn(folder: string): AsyncGenerator<{ file: string } | { skipped: Skipped }> {
  const root = await realpath(folder);
  const pending = [folder];
  let numEntries = 0;
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    let entries: Dirent[];
    try {
      entries = await readdir(path, { withFileTypes: true });
    } catch (error) {
      yield { skipped: { name: path, reason: 'not-readable', why: (error as NodeJS.ErrnoException).code === 'EACCES' ? 'permission denied' : (error as Error).message } };
      continue;
    }
    numEntries += entries.length;
    if (numEntries > MAX_ENTRIES) throw new ServiceError('VALIDATION', `${folder} holds more than ${MAX_ENTRIES} files and folders; name fewer`, { details: { limit: MAX_ENTRIES } });
    const folders: string[] = [];
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const at = join(path, entry.name);
      if (entry.name.startsWith('.')) yield { skipped: { name: at, reason: 'hidden', why: 'its name begins with a dot' } };
      else if (entry.isDirectory()) folders.push(at);
      else if (entry.isFile()) yield { file: at };
      else if (!entry.isSymbolicLink()) yield { skipped: { name: at, reason: 'kind', why: 'it is no regular file' } };
      else if (!(await leadsInto(root, at))) yield { skipped: { name: at, reason: 'link', why: 'a link that leaves the folder or leads nowhere' } };
      // What a link inside the folder points at is met under its own name.
    }
    pending.push(...folders.reverse());
  }
}

async function leadsInto(root: string, link: string): Promise<boolean> {
  const target = await realpath(link).catch(() => undefined); // it leads nowhere, or in circles
  return target !== undefined && (target === root || target.startsWith(root.endsWith(sep) ? root : `${root}${sep}`));
}
