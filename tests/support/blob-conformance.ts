// What every blob store promises, as one table of tests: run on a folder and on a real S3 server alike.
import { createHash, randomBytes } from 'node:crypto';
import type { BlobStore } from '@lectern/shared';
import { beforeEach, describe, expect, test } from 'vitest';

export const keysOf = async (blobs: BlobStore, prefix: string): Promise<string[]> => {
  const keys: string[] = [];
  for await (const blob of blobs.list(prefix)) keys.push(blob.key);
  return keys;
};

/** `open` gives an empty store each time. */
export function describeBlobStore(name: string, open: () => Promise<BlobStore>): void {
  describe(`a blob store on ${name}`, () => {
    let blobs: BlobStore;
    beforeEach(async () => { blobs = await open(); });

    test('what was put comes back: whole, in ranges clamped to the size, by stat, and after a second put', async () => {
      expect(await blobs.put('a/b', Buffer.from('hello world'))).toEqual({ key: 'a/b', numBytes: 11 });
      expect((await blobs.get('a/b')).toString()).toBe('hello world');
      const ranges = [[6, 100, 'world'], [-5, 5, 'hello'], [50, 60, ''], [11, 12, ''], [20, 30, ''], [4, 4, ''], [7, 3, ''], [0, 11, 'hello world'], [10, 11, 'd']] as const;
      for (const [start, end, text] of ranges) expect((await blobs.getRange('a/b', start, end)).toString(), `[${start}, ${end})`).toBe(text);
      expect(await blobs.stat('a/b')).toEqual({ key: 'a/b', numBytes: 11 });
      await blobs.put('a/b', Buffer.from('new'));
      expect((await blobs.get('a/b')).toString()).toBe('new');
      expect(await blobs.stat('a/b')).toEqual({ key: 'a/b', numBytes: 3 });
      await blobs.put('empty', Buffer.alloc(0));
      expect((await blobs.get('empty')).length).toBe(0);
      expect(await blobs.stat('empty')).toEqual({ key: 'empty', numBytes: 0 });
      expect((await blobs.getRange('empty', 0, 10)).length).toBe(0);
    });

    test('a key may be the beginning of another; lists are in the order of keys, with sizes', async () => {
      const keys = ['a', 'a-b', 'a.b', 'a/b', 'a/b/c', 'a0', 'b/c'];
      for (const key of [...keys].reverse()) await blobs.put(key, Buffer.from(key));
      for (const key of keys) expect((await blobs.get(key)).toString()).toBe(key);
      expect(await keysOf(blobs, '')).toEqual([...keys].sort());
      expect(await keysOf(blobs, 'a/')).toEqual(['a/b', 'a/b/c']);
      expect(await keysOf(blobs, 'a')).toEqual(['a', 'a-b', 'a.b', 'a/b', 'a/b/c', 'a0']);
      expect(await keysOf(blobs, 'nothing/here')).toEqual([]);
      for await (const blob of blobs.list('')) expect(blob.numBytes).toBe(blob.key.length);
      expect(await blobs.delete('a/b/c')).toBe(true);
      expect(await blobs.delete('a/b/c')).toBe(false);
      expect(await blobs.delete('a/b')).toBe(true);
      expect(await keysOf(blobs, '')).toEqual(['a', 'a-b', 'a.b', 'a0', 'b/c']);
    });

    test('more keys than a store lists at once', async () => {
      const keys = Array.from({ length: 1_010 }, (_, i) => `many/${String(i).padStart(4, '0')}`);
      for (let i = 0; i < keys.length; i += 50) await Promise.all(keys.slice(i, i + 50).map((key) => blobs.put(key, Buffer.from('x'))));
      expect(await keysOf(blobs, 'many/')).toEqual(keys);
      for await (const blob of blobs.list('many/')) {
        expect(blob.key).toBe(keys[0]);
        break; // a caller may stop
      }
    });

    test('a stream of many parts, whose buffer is used again, is stored as it came; memory does not hold it; a moved blob has only its new key', async () => {
      const part = Buffer.alloc(1_000_003);
      const hash = createHash('sha256');
      async function* many(): AsyncGenerator<Uint8Array> {
        for (let i = 0; i < 40; i++) {
          part.fill(i);
          hash.update(part);
          yield part;
        }
      }
      const before = process.memoryUsage().rss;
      expect(await blobs.put('uploads/x', many())).toEqual({ key: 'uploads/x', numBytes: 40 * part.length });
      expect(process.memoryUsage().rss - before).toBeLessThan(100 << 20);
      await blobs.move('uploads/x', 'documents/y/source');
      expect(await keysOf(blobs, '')).toEqual(['documents/y/source']);
      expect(createHash('sha256').update(await blobs.get('documents/y/source')).digest('hex')).toBe(hash.digest('hex'));
      const at = 17 * part.length;
      expect([...(await blobs.getRange('documents/y/source', at - 1, at + 1))]).toEqual([16, 17]);
      await expect(blobs.move('uploads/x', 'z')).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND', details: { key: 'uploads/x' } });
      await blobs.put('w', Buffer.from('w'));
      await blobs.move('w', 'documents/y/source'); // one that is there is replaced
      expect((await blobs.get('documents/y/source')).toString()).toBe('w');
    });

    test.each([8 * 2 ** 20 - 48, 8 * 2 ** 20 - 1, 8 * 2 ** 20, 8 * 2 ** 20 + 1, 16 * 2 ** 20])('%d bytes at once: around the size of a part', async (numBytes) => {
      const bytes = randomBytes(numBytes);
      await blobs.put('big', bytes);
      expect(await blobs.stat('big')).toEqual({ key: 'big', numBytes });
      expect((await blobs.get('big')).equals(bytes)).toBe(true);
      expect((await blobs.getRange('big', numBytes - 3, numBytes + 3)).equals(bytes.subarray(-3))).toBe(true);
    });

    test('a source that fails, early or late: its own error comes out, and the old blob stands', async () => {
      await blobs.put('a', Buffer.from('old'));
      for (const numParts of [1, 20]) {
        async function* broken(): AsyncGenerator<Uint8Array> {
          for (let i = 0; i < numParts; i++) yield Buffer.alloc(1 << 20, 7);
          throw new Error('the client went away');
        }
        await expect(blobs.put('a', broken())).rejects.toThrow('the client went away');
        await expect(blobs.put('fresh', broken())).rejects.toThrow('the client went away');
      }
      expect((await blobs.get('a')).toString()).toBe('old');
      expect(await keysOf(blobs, '')).toEqual(['a']);
    });

    test('writers of one key at once: readers see one of the blobs, whole', async () => {
      const bodies = Array.from({ length: 8 }, (_, i) => Buffer.alloc(200_000, i));
      await blobs.put('same', bodies[0]!);
      const writes = Promise.all(bodies.map((body) => blobs.put('same', body)));
      for (let i = 0; i < 10; i++) {
        const seen = await blobs.get('same');
        expect(bodies.some((body) => body.equals(seen))).toBe(true);
      }
      await writes;
    });

    const BAD_KEYS = ['', '/', 'a//b', '/a', 'a/', '..', 'a/../b', '.', 'a b', 'ä', 'a~', 'a!', 'a\\b', 'a\0', 'a%2fb', 'x'.repeat(129), `${'a/'.repeat(600)}a`];

    test.each(BAD_KEYS.map((key) => ({ shown: JSON.stringify(key.slice(0, 20)), key })))('key $shown is refused', async ({ key }) => {
      for (const ask of [() => blobs.put(key, Buffer.from('x')), () => blobs.get(key), () => blobs.getRange(key, 0, 1), () => blobs.stat(key), () => blobs.delete(key), () => blobs.move(key, 'b'), () => blobs.move('b', key)]) {
        await expect(ask()).rejects.toMatchObject({ code: 'VALIDATION' });
      }
    });

    test('a prefix that leaves the store is refused', async () => {
      await expect(keysOf(blobs, '../')).rejects.toMatchObject({ code: 'VALIDATION' });
    });

    test('a missing blob', async () => {
      await expect(blobs.get('a')).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND', details: { key: 'a' } });
      await expect(blobs.getRange('a', 0, 1)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND', details: { key: 'a' } });
      await expect(blobs.getRange('a', 1, 1)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' });
      expect(await blobs.stat('a')).toBeUndefined();
      expect(await blobs.delete('a')).toBe(false);
      await blobs.put('a/b', Buffer.from('x'));
      expect(await blobs.stat('a')).toBeUndefined();
      await expect(blobs.get('a')).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' });
    });
  });
}
