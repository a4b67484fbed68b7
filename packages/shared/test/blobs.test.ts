// The blob store on a real disk: what a reader can see, what failure and death leave behind.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFsBlobStore } from '../src/blob/fs.ts';
import type { BlobStore } from '../src/blob/blob-store.ts';

let root: string;
let blobs: BlobStore;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lectern-blobs-'));
  blobs = createFsBlobStore(root);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const keysOf = async (prefix: string): Promise<string[]> => {
  const keys: string[] = [];
  for await (const blob of blobs.list(prefix)) keys.push(blob.key);
  return keys;
};
const tempFiles = (): string[] => readdirSync(join(root, 'tmp'));

describe('what was put comes back', () => {
  test('whole, in ranges clamped to the size, by stat and after a second put', async () => {
    expect(await blobs.put('a/b', Buffer.from('hello world'))).toEqual({ key: 'a/b', numBytes: 11 });
    expect((await blobs.get('a/b')).toString()).toBe('hello world');
    expect((await blobs.getRange('a/b', 6, 100)).toString()).toBe('world');
    expect((await blobs.getRange('a/b', -5, 5)).toString()).toBe('hello');
    expect((await blobs.getRange('a/b', 50, 60)).length).toBe(0);
    expect(await blobs.stat('a/b')).toEqual({ key: 'a/b', numBytes: 11 });
    const blocking = createFsBlobStore(root, { blockingReads: true });
    for (const [start, end] of [[6, 100], [-5, 5], [50, 60], [3, 2], [0, 11]] as const) {
      expect((await blocking.getRange('a/b', start, end)).equals(await blobs.getRange('a/b', start, end))).toBe(true);
    }
    await blobs.put('a/b', Buffer.from('new'));
    expect((await blobs.get('a/b')).toString()).toBe('new');
    await blobs.put('empty', Buffer.alloc(0));
    expect((await blobs.get('empty')).length).toBe(0);
  });

  test('a key may be the beginning of another; lists are in the order of keys; empty folders go', async () => {
    const keys = ['a', 'a-b', 'a.b', 'a/b', 'a/b/c', 'a0', 'b/c'];
    for (const key of [...keys].reverse()) await blobs.put(key, Buffer.from(key));
    expect(await keysOf('')).toEqual([...keys].sort());
    expect(await keysOf('a/')).toEqual(['a/b', 'a/b/c']);
    expect(await keysOf('a')).toEqual(['a', 'a-b', 'a.b', 'a/b', 'a/b/c', 'a0']);
    expect(await keysOf('nothing/here')).toEqual([]);
    expect(await blobs.delete('a/b/c')).toBe(true);
    expect(await blobs.delete('a/b/c')).toBe(false);
    expect(await blobs.delete('a/b')).toBe(true);
    expect(readdirSync(join(root, 'blobs')).sort()).toEqual(['a-b~', 'a.b~', 'a0~', 'a~', 'b']);
  });

  test('a stream is written as it comes, and a moved blob has only its new key', async () => {
    const part = Buffer.alloc(1 << 20, 7);
    async function* many(): AsyncGenerator<Uint8Array> { for (let i = 0; i < 64; i++) yield part; }
    const before = process.memoryUsage().rss;
    expect((await blobs.put('uploads/x', many())).numBytes).toBe(64 << 20);
    expect(process.memoryUsage().rss - before).toBeLessThan(48 << 20);
    await blobs.move('uploads/x', 'documents/y/source');
    expect(await keysOf('')).toEqual(['documents/y/source']);
    expect((await blobs.getRange('documents/y/source', (64 << 20) - 1, 64 << 20))[0]).toBe(7);
    await expect(blobs.move('uploads/x', 'z')).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' });
  });

  test('puts and deletes of neighbours at once lose nothing', async () => {
    await Promise.all(Array.from({ length: 200 }, async (_, i) => {
      await blobs.put(`d/e/${i % 4}`, Buffer.from('x'));
      await blobs.delete(`d/e/${i % 4}`);
    }));
    await blobs.put('d/e/last', Buffer.from('x'));
    expect(await keysOf('')).toEqual(['d/e/last']);
    expect(tempFiles()).toEqual([]);
  });
});

describe('what is refused', () => {
  test.each(['', '/', 'a//b', '/a', 'a/', '..', 'a/../b', '.', 'a b', 'ä', 'a~', 'a\\b', 'a\0', 'x'.repeat(129), `${'a/'.repeat(600)}a`])('key %j', async (key) => {
    await expect(blobs.put(key, Buffer.from('x'))).rejects.toMatchObject({ code: 'VALIDATION' });
    await expect(blobs.get(key)).rejects.toMatchObject({ code: 'VALIDATION' });
  });

  test('a prefix that leaves the folder', async () => {
    await expect(keysOf('../')).rejects.toMatchObject({ code: 'VALIDATION' });
  });

  test('a missing blob', async () => {
    await expect(blobs.get('a')).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' });
    await expect(createFsBlobStore(root, { blockingReads: true }).get('a')).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND', details: { key: 'a' } });
    await expect(blobs.getRange('a', 0, 1)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' });
    await expect(createFsBlobStore(root, { blockingReads: true }).getRange('a', 0, 1)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' });
    expect(await blobs.stat('a')).toBeUndefined();
  });

  test.each([
    ['a flipped bit', (path: string) => { const b = readFileSync(path); b[3]! ^= 1; writeFileSync(path, b); }],
    ['a cut end', (path: string) => truncateSync(path, 60)],
    ['almost nothing left', (path: string) => truncateSync(path, 10)],
    ['bytes added', (path: string) => writeFileSync(path, 'x', { flag: 'a' })],
  ])('%s, also in a file that was verified before', async (_, damage) => {
    await blobs.put('a', Buffer.alloc(100, 1));
    const blocking = createFsBlobStore(root, { blockingReads: true });
    utimesSync(join(root, 'blobs', 'a~'), new Date(Date.now() - 60_000), new Date(Date.now() - 60_000)); // older than a tick of the disk's clock
    for (let i = 0; i < 2; i++) expect((await blocking.get('a')).equals(Buffer.alloc(100, 1))).toBe(true);
    damage(join(root, 'blobs', 'a~'));
    for (const store of [blobs, blocking]) await expect(store.get('a')).rejects.toMatchObject({ code: 'BLOB_CORRUPT', details: { key: 'a' } });
  });
});

describe('failure leaves nothing behind', () => {
  test('a source that fails: the old blob stands, its own error comes out', async () => {
    await blobs.put('a', Buffer.from('old'));
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half of the new');
      throw new Error('the client went away');
    }
    await expect(blobs.put('a', broken())).rejects.toThrow('the client went away');
    expect((await blobs.get('a')).toString()).toBe('old');
    expect(tempFiles()).toEqual([]);
  });

  test('a process killed in the middle of a put: no part is seen, and the next store clears it away', async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'support/slow-put.mjs'), root, 'a/b'], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout!, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(tempFiles()).toHaveLength(1);
    expect(await blobs.stat('a/b')).toBeUndefined();
    const next = createFsBlobStore(root);
    await next.put('a/b', Buffer.from('whole'));
    expect(tempFiles()).toEqual([]);
    expect((await next.get('a/b')).toString()).toBe('whole');
  });

  test('another host\'s unfinished file is left alone for an hour', async () => {
    await blobs.put('a', Buffer.from('x'));
    const theirs = join(root, 'tmp', 'other-host.1.01ABC');
    writeFileSync(theirs, 'x');
    await createFsBlobStore(root).put('b', Buffer.from('x'));
    expect(tempFiles()).toHaveLength(1);
    utimesSync(theirs, new Date(Date.now() - 2 * 3_600_000), new Date(Date.now() - 2 * 3_600_000));
    await createFsBlobStore(root).put('b', Buffer.from('x'));
    expect(tempFiles()).toEqual([]);
  });
});

const canMount = process.getuid?.() === 0 && process.platform === 'linux' && mounts();
function mounts(): boolean {
  const at = mkdtempSync(join(tmpdir(), 'lectern-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', at], { stdio: 'ignore' });
    execFileSync('umount', [at]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(at, { recursive: true, force: true });
  }
}

describe('a full disk', () => {
  let disk: string;
  beforeEach(() => {
    disk = mkdtempSync(join(tmpdir(), 'lectern-full-'));
    if (canMount) execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
    else console.warn('!!! cannot mount a small disk here (needs root): the full disk is only an error of the source');
  });
  afterEach(() => {
    if (canMount) execFileSync('umount', [disk]);
    rmSync(disk, { recursive: true, force: true });
  });

  async function* tooMuch(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < 32; i++) yield Buffer.alloc(65_536, 2);
    if (!canMount) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  }

  test('DISK_FULL; nothing is left, what was there stands, and smaller blobs still fit', async () => {
    const store = createFsBlobStore(disk);
    await store.put('old', Buffer.alloc(100_000, 1));
    if (canMount) await expect(store.put('big', Buffer.alloc(2 << 20))).rejects.toMatchObject({ code: 'DISK_FULL' });
    await expect(store.put('old', tooMuch())).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(readdirSync(join(disk, 'tmp'))).toEqual([]);
    expect((await store.get('old')).equals(Buffer.alloc(100_000, 1))).toBe(true);
    await store.put('small', Buffer.alloc(100_000, 3));
    expect((await store.get('small')).length).toBe(100_000);
  });
});
