// Both blob stores by one table; then the s3 store alone, on a real server: what it refuses, and what is damaged in the bucket.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBlobStore, type BlobStore, type BlobStoreSettings } from '@lectern/shared';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeBlobStore, keysOf } from '../support/blob-conformance.ts';
import { S3_KEY, s3ServerBinary, startS3Server, type S3Server } from '../support/s3-server.ts';

const folders: string[] = [];
const tempFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-blobs-'));
  folders.push(folder);
  return folder;
};
afterAll(() => { for (const folder of folders) rmSync(folder, { recursive: true, force: true }); });

describeBlobStore('a folder', () => openBlobStore({ kind: 'fs', folder: tempFolder() }));

const binary = s3ServerBinary();

describe.skipIf(binary === undefined)('s3', () => {
  let server: S3Server;
  let numStores = 0;
  beforeAll(async () => { server = await startS3Server(binary!); });
  afterAll(() => server?.stop());

  const settings = (more: Partial<Extract<BlobStoreSettings, { kind: 's3' }>> = {}): BlobStoreSettings => ({
    kind: 's3', endpoint: server.endpoint, region: 'us-east-1', bucket: server.bucket, prefix: `store-${++numStores}/`, credentials: S3_KEY,
    forcePathStyle: true, timeoutMs: 5_000, maxAttempts: 4, backoffMs: 50, ...more,
  });

  describeBlobStore('a real S3 server', () => openBlobStore(settings()));

  test('a store sees nothing above its prefix, and no object that is not its own', async () => {
    const [outer, inner] = [await openBlobStore(settings({ prefix: 'out/' })), await openBlobStore(settings({ prefix: 'out/in/' }))];
    await outer.put('a', Buffer.from('outer'));
    await inner.put('a', Buffer.from('inner'));
    writeFileSync(join(server.folder, server.bucket, 'out', 'in', 'somebody-elses.txt'), 'x');
    expect(await keysOf(inner, '')).toEqual(['a']);
    expect(await keysOf(outer, '')).toEqual(['a', 'in/a']);
    expect((await inner.get('a')).toString()).toBe('inner');
  });

  test.each([
    ['a flipped bit', (path: string) => { const b = readFileSync(path); b[3]! ^= 1; writeFileSync(path, b); }],
    ['a cut end', (path: string) => truncateSync(path, 60)],
    ['almost nothing left', (path: string) => truncateSync(path, 10)],
    ['bytes added', (path: string) => writeFileSync(path, 'x', { flag: 'a' })],
  ])('in the bucket: %s', async (_, damage) => {
    const given = settings();
    const blobs = await openBlobStore(given);
    await blobs.put('a', Buffer.alloc(100, 1));
    damage(join(server.folder, server.bucket, `store-${numStores}`, 'a!'));
    await expect(blobs.get('a')).rejects.toMatchObject({ code: 'BLOB_CORRUPT', details: { key: 'a' } });
    await blobs.put('a', Buffer.alloc(100, 2)); // and mended by a put
    expect((await blobs.get('a'))[0]).toBe(2);
  });

  describe('at the start', () => {
    const refused = async (more: Parameters<typeof settings>[0]): Promise<Record<string, unknown>> => {
      const failure = await openBlobStore(settings(more)).then(() => { throw new Error('it opened'); }, (error: Record<string, unknown>) => error);
      const told = `${failure['message']} ${JSON.stringify(failure)} ${JSON.stringify(failure['cause'], Object.getOwnPropertyNames(failure['cause'] ?? {}))}`;
      expect(told).not.toContain(S3_KEY.secretAccessKey);
      expect(told).not.toContain('not-the-secret');
      return failure;
    };

    test('a bucket that is not there', async () => {
      expect(await refused({ bucket: 'no-such-bucket' })).toMatchObject({ code: 'BLOB_STORE_REFUSED', message: expect.stringMatching(/bucket no-such-bucket.*NoSuchBucket/) });
    });

    test('a wrong secret', async () => {
      const credentials = { ...S3_KEY, secretAccessKey: 'not-the-secret' };
      expect(await refused({ credentials })).toMatchObject({ code: 'BLOB_STORE_REFUSED', message: expect.stringMatching(/SignatureDoesNotMatch, HTTP status 403/) });
      const blobs = await openBlobStore(settings({ credentials }), { check: false });
      await expect(blobs.get('a')).rejects.toMatchObject({ code: 'BLOB_STORE_REFUSED' });
      await expect(blobs.stat('a')).rejects.toMatchObject({ code: 'BLOB_STORE_REFUSED' });
      await expect(blobs.put('a', Buffer.from('x'))).rejects.toMatchObject({ code: 'BLOB_STORE_REFUSED' });
    });

    test('an unknown user', async () => {
      expect(await refused({ credentials: { accessKeyId: 'nobody', secretAccessKey: 'not-the-secret' } })).toMatchObject({ code: 'BLOB_STORE_REFUSED', message: expect.stringMatching(/InvalidAccessKeyId|XAdminUserNotFound/) });
    });

    test('nobody listens', async () => {
      const started = performance.now();
      expect(await refused({ endpoint: 'http://127.0.0.1:9' })).toMatchObject({ code: 'BLOB_STORE_UNAVAILABLE', message: expect.stringMatching(/127\.0\.0\.1:9.*ECONNREFUSED/) });
      expect(performance.now() - started).toBeLessThan(10_000);
    });
  });

  test.skipIf(process.getuid?.() !== 0 && !process.env['CI'])('a store whose disk is full: DISK_FULL, nothing is left of it, and smaller blobs still fit', async () => {
    const disk = tempFolder();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk]);
    const full = await startS3Server(binary!, { folder: disk });
    try {
      const blobs = await openBlobStore(settings({ endpoint: full.endpoint }));
      await blobs.put('old', Buffer.alloc(100_000, 1));
      for (const numBytes of [15_900_000, 30_000_000]) {
        await expect(blobs.put('big', Buffer.alloc(numBytes))).rejects.toMatchObject({ code: 'DISK_FULL', details: { key: 'big', status: 507 } });
      }
      await blobs.put('small', Buffer.alloc(5_000_000, 3));
      expect(await keysOf(blobs, '')).toEqual(['old', 'small']);
      expect((await blobs.get('old')).equals(Buffer.alloc(100_000, 1))).toBe(true);
    } finally {
      await full.stop();
      execFileSync('umount', [disk]);
    }
  });

  test('uploads that a killed process left are cleared away after a day', async () => {
    const given = settings({ prefix: 'abandoned/' });
    const blobs: BlobStore = await openBlobStore(given);
    const uploads = () => readdirSync(join(server.folder, server.bucket, '.sgwtmp', 'multipart'), { recursive: true }).length;
    let begun = false;
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 12; i++) yield Buffer.alloc(1 << 20);
      begun = true;
      await new Promise(() => undefined); // never resolves
    };
    void blobs.put('x', endless());
    while (!begun) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(uploads()).toBeGreaterThan(0);
    expect(await blobs.stat('x')).toBeUndefined();
    const { abortAbandoned } = await import('../../packages/shared/src/blob/s3/upload.ts');
    const { createClient } = await import('../../packages/shared/src/blob/s3/client.ts');
    const s3 = given as Extract<BlobStoreSettings, { kind: 's3' }>;
    expect(await abortAbandoned(createClient(s3), s3)).toBe(0);
    expect(await abortAbandoned(createClient(s3), s3, Date.now() + 25 * 3_600_000)).toBe(1);
    expect(await abortAbandoned(createClient(s3), s3, Date.now() + 25 * 3_600_000)).toBe(0);
  });
});
