// The cache's folder: shards of equal budgets, each file's modification time its last use. Any number of threads and processes share it
// without a word between them: files come by rename, go by unlink, and who finds one gone fetches it.
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, mkdirSync, openSync, readdirSync, readSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { newTempName, removeAbandoned } from '../temp-files.ts';
import { FOOTER_BYTES, makeFooter, parseEntry } from './entry.ts';

const NUM_SHARDS = 64;
/** A use is noted this late at most: reading a file should not write it each time. */
const TOUCH_AFTER_MS = 60_000;
/** A shard is measured after this part of its budget was written, on average over all who write. */
const SWEEP_PART = 1 / 16;

export class CacheFiles {
  readonly #folder: string;
  readonly #tempFolder: string;
  readonly #shardBytes: number;
  #isReady = false;

  constructor(folder: string, maxBytes: number) {
    this.#folder = folder;
    this.#tempFolder = join(folder, 'tmp');
    this.#shardBytes = maxBytes / NUM_SHARDS;
  }

  /** Undefined when it is not there. A damaged file is removed. Throws what the disk says. */
  read(key: string): Buffer | 'damaged' | undefined {
    const path = this.#pathOf(key);
    const file = readFile(path);
    const blob = file && parseEntry(file);
    if (file === undefined || blob !== undefined) return blob;
    rmSync(path, { force: true });
    return 'damaged';
  }

  /** How many others had to go for it. Throws what the disk says. */
  async write(key: string, blob: Buffer): Promise<number> {
    const numBytes = blob.length + FOOTER_BYTES;
    if (numBytes > this.#shardBytes) return 0;
    await this.#prepare();
    const path = this.#pathOf(key);
    const temp = join(this.#tempFolder, newTempName());
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(temp, Buffer.concat([blob, makeFooter(blob)]), { flag: 'wx' }); // not synced: the footer tells what a power cut leaves
      renameSync(temp, path);
    } catch (error) {
      rmSync(temp, { force: true });
      throw error;
    }
    // By chance and in proportion: however many threads write, a shard is swept once per part of its budget.
    return Math.random() < numBytes / (SWEEP_PART * this.#shardBytes) ? sweep(dirname(path), this.#shardBytes) : 0;
  }

  remove(key: string): void {
    rmSync(this.#pathOf(key), { force: true });
  }

  async #prepare(): Promise<void> {
    if (this.#isReady) return;
    mkdirSync(this.#tempFolder, { recursive: true, mode: 0o700 });
    await removeAbandoned(this.#tempFolder);
    this.#isReady = true;
  }

  #pathOf(key: string): string {
    const digest = createHash('sha256').update(key).digest();
    const shard = (digest[0] as number) % NUM_SHARDS;
    return join(this.#folder, String(shard).padStart(2, '0'), digest.toString('hex'));
  }
}

function readFile(path: string): Buffer | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { size, mtimeMs } = fstatSync(file);
    const bytes = Buffer.allocUnsafe(size);
    let filled = 0;
    for (let numRead = 1; filled < size && numRead > 0; filled += numRead) numRead = readSync(file, bytes, filled, size - filled, filled);
    if (Date.now() - mtimeMs > TOUCH_AFTER_MS) touch(path);
    return bytes.subarray(0, filled);
  } finally {
    closeSync(file);
  }
}

function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error; // swept since it was opened
  }
}

/** Removes the files longest unused until an eighth of the budget is free. How many. */
function sweep(folder: string, maxBytes: number): number {
  const files = readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const facts = statSync(path, { throwIfNoEntry: false });
    return facts ? [{ path, numBytes: facts.size, usedAt: facts.mtimeMs }] : [];
  });
  let total = files.reduce((sum, { numBytes }) => sum + numBytes, 0);
  if (total <= maxBytes) return 0;
  files.sort((a, b) => a.usedAt - b.usedAt);
  let numRemoved = 0;
  for (const { path, numBytes } of files) {
    if (total <= maxBytes * (7 / 8)) break;
    rmSync(path, { force: true });
    total -= numBytes;
    numRemoved++;
  }
  return numRemoved;
}
