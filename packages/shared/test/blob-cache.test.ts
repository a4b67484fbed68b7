// The cache of unchanging blobs: what comes back is always what the store holds, whatever happens to the copies; and they stay within their bytes.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BlobStore } from '../src/blob/blob-store.ts';
import { cacheBlobs, type CacheEvent } from '../src/blob/cache/cached-store.ts';
import { createFsBlobStore } from '../src/blob/fs.ts';
import { meterBlobStore } from '../src/metrics/blob-metrics.ts';

const PREFIXES = ['segments/', 'trails/'];
let root: string;
let folder: string;
let store: BlobStore;
let numFetched: number;
let events: Partial<Record<CacheEvent, number>>;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lectern-cache-'));
  folder = join(root, 'cache');
  numFetched = 0;
  events = {};
  store = meterBlobStore(createFsBlobStore(join(root, 'store')), ({ op }) => { if (op === 'get') numFetched++; });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const open = (maxBytes = 64 * 2 ** 20): BlobStore =>
  cacheBlobs(store, { folder, maxBytes, prefixes: PREFIXES }, (event, times) => { events[event] = (events[event] ?? 0) + times; });
const copies = (): string[] => readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));

describe('copies', () => {
  test('a segment is fetched once, for all who use the folder; what may change is fetched each time', async () => {
    const [one, other] = [open(), open()];
    await one.put('segments/a', Buffer.from('segment'));
    await one.put('readings/r/plan.json', Buffer.from('plan'));
    for (const blobs of [one, other, one]) expect((await blobs.get('segments/a')).toString()).toBe('segment');
    expect(numFetched).toBe(1);
    expect(events).toEqual({ miss: 1, hit: 2 });
    await store.put('readings/r/plan.json', Buffer.from('plan 2'));
    expect((await one.get('readings/r/plan.json')).toString()).toBe('plan 2');
    expect((await one.getRange('segments/a', 0, 3)).toString()).toBe('seg');
    expect(copies()).toHaveLength(1);
    await one.put('segments/empty', Buffer.alloc(0));
    for (let i = 0; i < 2; i++) expect((await one.get('segments/empty')).length).toBe(0);
  });

  test.each([
    ['a flipped bit', (path: string) => { const b = readFileSync(path); b[500]! ^= 1; writeFileSync(path, b); }],
    ['a flipped bit of its footer', (path: string) => { const b = readFileSync(path); b[b.length - 8]! ^= 1; writeFileSync(path, b); }],
    ['a cut end', (path: string) => truncateSync(path, 700)],
    ['nothing left', (path: string) => truncateSync(path, 0)],
    ['bytes added', (path: string) => writeFileSync(path, 'x', { flag: 'a' })],
    ['zeros, as a power cut leaves them', (path: string) => writeFileSync(path, Buffer.alloc(statSync(path).size))],
  ])('%s in a copy: fetched again, counted, mended', async (_, damage) => {
    const blobs = open();
    const body = Buffer.alloc(1_000, 5);
    await blobs.put('segments/a', body);
    await blobs.get('segments/a');
    damage(copies()[0]!);
    expect((await blobs.get('segments/a')).equals(body)).toBe(true);
    expect(events).toEqual({ miss: 2, damaged: 1 });
    expect((await blobs.get('segments/a')).equals(body)).toBe(true);
    expect(events.hit).toBe(1);
  });

  test('what is damaged in the store is not kept', async () => {
    const blobs = open();
    await blobs.put('segments/a', Buffer.alloc(100, 5));
    const path = join(root, 'store', 'blobs', 'segments', 'a~');
    const bytes = readFileSync(path);
    bytes[3]! ^= 1;
    writeFileSync(path, bytes);
    for (let i = 0; i < 2; i++) await expect(blobs.get('segments/a')).rejects.toMatchObject({ code: 'BLOB_CORRUPT' });
    expect(events).toEqual({});
  });

  test('a blob deleted or put anew through one of them is not served from its old copy', async () => {
    const blobs = open();
    await blobs.put('segments/a', Buffer.from('damaged'));
    await blobs.get('segments/a');
    await blobs.delete('segments/a');
    await expect(blobs.get('segments/a')).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' });
    await blobs.put('segments/a', Buffer.from('made again'));
    await blobs.get('segments/a');
    await blobs.put('segments/a', Buffer.from('and again'));
    expect((await blobs.get('segments/a')).toString()).toBe('and again');
  });
});

describe('its bytes', () => {
  const SIZE = 2_000;
  // A store that makes its blobs up: thousands of them, without as many waits for the disk.
  beforeEach(() => { store = { ...store, get: async (key) => Buffer.alloc(SIZE, Number(key.slice('segments/'.length))) }; });
  const fill = async (blobs: BlobStore, from: number, to: number): Promise<void> => {
    for (let i = from; i < to; i++) {
      expect((await blobs.get(`segments/${i}`)).equals(Buffer.alloc(SIZE, i))).toBe(true);
    }
  };
  const total = (): number => copies().reduce((sum, path) => sum + statSync(path).size, 0);

  test('stay near their limit, however many use it', async () => {
    const maxBytes = 64 * 10 * SIZE;
    const users = [open(maxBytes), open(maxBytes), open(maxBytes)];
    await Promise.all(users.map((blobs, i) => fill(blobs, i * 800, (i + 1) * 800))); // 4.8 MB through a cache of 1.28 MB
    expect(events.evicted).toBeGreaterThan(1_000);
    expect(total()).toBeLessThan(maxBytes * 1.25);
    expect(total()).toBeGreaterThan(maxBytes * 0.4);
  });

  test('what was used last stays', async () => {
    const maxBytes = 64 * 40 * SIZE;
    const blobs = open(maxBytes);
    await fill(blobs, 0, 1_500);
    const dayAgo = new Date(Date.now() - 24 * 3_600_000);
    for (const path of copies()) utimesSync(path, dayAgo, dayAgo);
    for (let i = 0; i < 100; i++) await blobs.get(`segments/${i}`); // used again
    await fill(blobs, 1_500, 3_000); // more than there is room for
    events = {};
    for (let i = 0; i < 100; i++) await blobs.get(`segments/${i}`);
    const keptUsed = events.hit ?? 0;
    events = {};
    for (let i = 500; i < 600; i++) await blobs.get(`segments/${i}`);
    const keptUnused = events.hit ?? 0;
    expect(keptUsed).toBeGreaterThan(95);
    expect(keptUnused).toBeLessThan(75);
  });

  test('a blob larger than its share is not kept', async () => {
    const blobs = open(64 * (SIZE - 1));
    for (let i = 0; i < 2; i++) await blobs.get('segments/1');
    expect(events).toEqual({ miss: 2 });
  });
});

describe('processes', () => {
  test('three at once, one of them killed: the others and the next see whole blobs only', async () => {
    await Promise.all(Array.from({ length: 50 }, (_, i) => store.put(`segments/${i}`, Buffer.alloc(50_000, i))));
    const children = Array.from({ length: 3 }, () => spawn(process.execPath, [join(import.meta.dirname, 'support/cache-reader.mjs'), join(root, 'store'), folder], { stdio: ['ignore', 'pipe', 'inherit'] }));
    const outputs = children.map((child) => {
      let text = '';
      child.stdout!.on('data', (part) => { text += part; });
      return () => text;
    });
    const exits = children.map((child) => once(child, 'exit').then(([code]) => code as number | null)); // from here on: a quick one ends before the first is killed
    await once(children[0]!.stdout!, 'data');
    children[0]!.kill('SIGKILL');
    const codes = await Promise.all(exits);
    expect(codes.slice(1)).toEqual([0, 0]);
    for (const output of outputs.slice(1)) expect(output()).toMatch(/whole\n$/);
    const blobs = open();
    for (let i = 0; i < 50; i++) expect((await blobs.get(`segments/${i}`)).equals(Buffer.alloc(50_000, i))).toBe(true);
    expect(events.damaged).toBeUndefined();
  });
});

const canMount = process.getuid?.() === 0 && process.platform === 'linux';

describe('a disk that fails', () => {
  test.runIf(canMount)('full: blobs come from the store, and that is counted', async () => {
    const disk = mkdtempSync(join(tmpdir(), 'lectern-cache-full-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
    try {
      folder = disk;
      const blobs = open();
      await store.put('segments/a', Buffer.alloc(200_000, 3));
      for (let i = 0; i < 2; i++) expect((await blobs.get('segments/a')).equals(Buffer.alloc(200_000, 3))).toBe(true);
      expect(events).toEqual({ miss: 2, unusable: 2 });
      expect(readdirSync(join(disk, 'tmp'))).toEqual([]);
    } finally {
      execFileSync('umount', [disk]);
      rmSync(disk, { recursive: true });
    }
  });

  test('a file where its folder should be: the same', async () => {
    writeFileSync(folder, 'not a folder');
    chmodSync(folder, 0o600);
    const blobs = open();
    await store.put('segments/a', Buffer.from('x'));
    expect((await blobs.get('segments/a')).toString()).toBe('x');
    expect(events).toEqual({ unusable: 2, miss: 1 }); // neither read nor written
    await blobs.put('segments/a', Buffer.from('y'));
    expect((await blobs.get('segments/a')).toString()).toBe('y');
  });
});
