// Unfinished downloads under <home>/downloads, kept for the next try. A part belongs to one process at a time: it is claimed by renaming it
// to a name with the process id, and given back under its plain name. Parts of processes that died are claimed too.
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A download that goes on gets a chunk more often than this (a stalled one is given up before). */
const ABANDONED_AFTER_MS = 5 * 60_000;

export class PartFile {
  readonly path: string;
  readonly #plainPath: string;

  private constructor(path: string, plainPath: string) {
    this.path = path;
    this.#plainPath = plainPath;
  }

  /** key: names the bytes wanted, a checksum. */
  static async claim(folder: string, key: string): Promise<PartFile> {
    await mkdir(folder, { recursive: true });
    const plainPath = join(folder, `${key}.part`);
    const path = join(folder, `${key}.${process.pid}-${randomBytes(6).toString('hex')}.part`);
    for (const candidate of [plainPath, ...(await abandonedParts(folder, key))]) {
      if (await moved(candidate, path)) break;
    }
    return new PartFile(path, plainPath);
  }

  /** Leaves what there is to the next try. */
  async release(): Promise<void> {
    await moved(this.path, this.#plainPath);
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
  }
}

async function abandonedParts(folder: string, key: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(folder)) {
    const pid = name.startsWith(`${key}.`) ? /\.(\d+)-[0-9a-f]+\.part$/.exec(name)?.[1] : undefined;
    if (pid === undefined) continue;
    const path = join(folder, name);
    const info = await stat(path).catch(() => undefined); // claimed or finished by another in the meantime
    if (info && (!isAlive(Number(pid)) || Date.now() - info.mtimeMs > ABANDONED_AFTER_MS)) found.push(path);
  }
  return found;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** False when there is nothing (any more) at `from`. */
async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
