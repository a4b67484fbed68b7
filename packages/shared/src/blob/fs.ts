// Blobs as files below one folder, which may be a volume shared by hosts. Atomic by temp file, fsync and rename; checksummed by a trailer.
import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ServiceError } from '../errors.ts';
import type { BlobStat, BlobStore } from './blob-store.ts';
import { BlockingReads } from './blocking-reads.ts';
import { checked, clamped, endedEarly, missing, tooShort } from './file-checks.ts';
import { checkKey, FILE_SUFFIX, splitPrefix } from './keys.ts';
import { type FileMapper, MappedBlobs } from './mapped.ts';
import { newTempName, removeAbandoned } from './temp-files.ts';
import { makeTrailer, TRAILER_BYTES } from './trailer.ts';

const hasCode = (error: unknown, ...codes: string[]): boolean => codes.includes((error as NodeJS.ErrnoException)?.code ?? '');

export interface FsBlobStoreOptions {
  /**
   * `get` and `getRange` read with blocking calls; `get` hashes a file once as long as nobody changes it. For threads that have nothing else to do and scan
   * the same small files again and again: the hops of asynchronous reads, and the hash, take longer than the reads.
   */
  blockingReads?: boolean;
  /** With it the store has `views`: for the same threads. */
  mapper?: FileMapper | undefined;
}

export function createFsBlobStore(root: string, { blockingReads = false, mapper }: FsBlobStoreOptions = {}): BlobStore {
  const blobsFolder = join(root, 'blobs');
  const tempFolder = join(root, 'tmp');
  let ready: Promise<void> | undefined;

  const prepare = (): Promise<void> => {
    ready ??= (async () => {
      await mkdir(tempFolder, { recursive: true });
      await mkdir(blobsFolder, { recursive: true });
      await removeAbandoned(tempFolder);
    })().catch((error: unknown) => {
      ready = undefined;
      throw error;
    });
    return ready;
  };

  const pathOf = (key: string): string => {
    checkKey(key);
    return join(blobsFolder, key) + FILE_SUFFIX;
  };

  const blocking = new BlockingReads(pathOf);
  const mapped = mapper && new MappedBlobs(mapper, pathOf, (key) => blocking.get(key));

  const readWhole = async (key: string): Promise<Buffer> => {
    const { file } = await openBlob(key);
    try {
      return await file.readFile();
    } finally {
      await file.close();
    }
  };

  const openBlob = async (key: string): Promise<{ file: FileHandle; numBytes: number }> => {
    let file: FileHandle;
    try {
      file = await open(pathOf(key), 'r');
    } catch (error) {
      throw hasCode(error, 'ENOENT') ? missing(key, error) : error;
    }
    const numBytes = (await file.stat()).size - TRAILER_BYTES;
    if (numBytes >= 0) return { file, numBytes };
    await file.close();
    throw tooShort(key);
  };

  return {
    kind: 'fs',

    async put(key, bytes) {
      const path = pathOf(key);
      const temp = join(tempFolder, newTempName());
      try {
        await prepare();
        const numBytes = await writeFile(temp, bytes instanceof Uint8Array ? [bytes] : bytes);
        await publish(temp, path, blobsFolder);
        return { key, numBytes };
      } catch (error) {
        await rm(temp, { force: true });
        throw asDiskFull(error, `blob ${key}`);
      }
    },

    async move(from, to) {
      const [source, target] = [pathOf(from), pathOf(to)];
      try {
        await publish(source, target, blobsFolder);
      } catch (error) {
        if (hasCode(error, 'ENOENT')) throw new ServiceError('BLOB_NOT_FOUND', `there is no blob ${from}`, { cause: error, details: { key: from } });
        throw asDiskFull(error, `blob ${to}`);
      }
      await removeEmptyFolders(dirname(source), blobsFolder);
    },

    async get(key) {
      return blockingReads ? blocking.get(key) : checked(key, await readWhole(key));
    },

    ...(mapped && { views: async (keys: readonly string[]) => mapped.views(keys) }),

    async getRange(key, start, end) {
      if (blockingReads) return blocking.range(key, start, end);
      const { file, numBytes } = await openBlob(key);
      try {
        const { from, to } = clamped(start, end, numBytes);
        const part = Buffer.allocUnsafe(to - from);
        let filled = 0;
        while (filled < part.length) {
          const { bytesRead } = await file.read(part, filled, part.length - filled, from + filled);
          if (bytesRead === 0) throw endedEarly(key, from + filled, to);
          filled += bytesRead;
        }
        return part;
      } finally {
        await file.close();
      }
    },

    async stat(key) {
      try {
        const facts = await stat(pathOf(key));
        return { key, numBytes: Math.max(0, facts.size - TRAILER_BYTES) };
      } catch (error) {
        if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
        throw error;
      }
    },

    async *list(prefix) {
      const { folders, nameStart } = splitPrefix(prefix);
      yield* walk(join(blobsFolder, ...folders), folders.length > 0 ? `${folders.join('/')}/` : '', nameStart);
    },

    async delete(key) {
      const path = pathOf(key);
      try {
        await rm(path);
      } catch (error) {
        if (hasCode(error, 'ENOENT')) return false;
        throw error;
      }
      await removeEmptyFolders(dirname(path), blobsFolder);
      return true;
    },
  };
}

/** Bytes as they come, then the trailer; on the disk when it returns. */
async function writeFile(path: string, source: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<number> {
  const file = await open(path, 'wx');
  try {
    const hash = createHash('sha256');
    let numBytes = 0;
    for await (const part of source) {
      hash.update(part);
      numBytes += part.length;
      await file.writeFile(part); // appends: it writes from the present position
    }
    await file.writeFile(makeTrailer(numBytes, hash.digest()));
    await file.sync();
    return numBytes;
  } finally {
    await file.close();
  }
}

/** Renames into place. A delete next to it may take the just made, still empty folder away: make it again. */
async function publish(from: string, to: string, blobsFolder: string): Promise<void> {
  const folder = dirname(to);
  for (let tries = 1; ; tries++) {
    const madeFolder = await mkdir(folder, { recursive: true });
    try {
      await rename(from, to);
    } catch (error) {
      const retry = hasCode(error, 'ENOENT') && tries < 10 && (await stat(from).then(() => true, () => false));
      if (retry) continue;
      throw error;
    }
    // A new folder is an entry of the one above it: without this a power cut could lose it.
    for (let at = folder; ; at = dirname(at)) {
      await syncFolder(at);
      if (!madeFolder || at === dirname(madeFolder) || at === blobsFolder) return;
    }
  }
}

async function syncFolder(path: string): Promise<void> {
  let folder: FileHandle;
  try {
    folder = await open(path, 'r');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return; // deleted again by someone else
    throw error;
  }
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function removeEmptyFolders(folder: string, blobsFolder: string): Promise<void> {
  for (let at = folder; at !== blobsFolder; at = dirname(at)) {
    try {
      await rmdir(at);
    } catch (error) {
      if (hasCode(error, 'ENOTEMPTY', 'EEXIST')) return;
      if (!hasCode(error, 'ENOENT')) throw error;
    }
  }
}

/** In the order of the keys: a folder sorts as its name and '/'. */
async function* walk(folder: string, above: string, nameStart: string): AsyncGenerator<BlobStat> {
  let entries: Array<{ sortName: string; name: string; isFolder: boolean }>;
  try {
    entries = (await readdir(folder, { withFileTypes: true })).flatMap((entry) => {
      if (entry.isDirectory()) return { sortName: `${entry.name}/`, name: entry.name, isFolder: true };
      if (!entry.name.endsWith(FILE_SUFFIX)) return [];
      const name = entry.name.slice(0, -FILE_SUFFIX.length);
      return { sortName: name, name, isFolder: false };
    });
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return;
    throw error;
  }
  entries.sort((a, b) => (a.sortName < b.sortName ? -1 : 1));
  for (const entry of entries) {
    if (!entry.name.startsWith(nameStart)) continue;
    const path = join(folder, entry.name);
    if (entry.isFolder) {
      yield* walk(path, `${above}${entry.name}/`, '');
      continue;
    }
    const facts = await stat(path + FILE_SUFFIX).catch((error: unknown) => {
      if (hasCode(error, 'ENOENT')) return undefined; // deleted since
      throw error;
    });
    if (facts) yield { key: above + entry.name, numBytes: Math.max(0, facts.size - TRAILER_BYTES) };
  }
}

function asDiskFull(error: unknown, what: string): unknown {
  if (!hasCode(error, 'ENOSPC', 'EDQUOT')) return error;
  return new ServiceError('DISK_FULL', `no space left on the disk for ${what}`, { cause: error });
}
