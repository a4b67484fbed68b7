// The s3 store behind a network and servers that fail, through a proxy that does it on purpose: never wrong data, never for ever, a clear
// error when it does not pass, and all well again when it has.
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openBlobStore, type BlobStore, type BlobStoreSettings } from '@lectern/shared';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Fault, type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { S3_KEY, s3ServerBinary, startS3Server, type S3Server } from '../support/s3-server.ts';

const binary = s3ServerBinary();
const TIMEOUT_MS = 300;
const MAX_ATTEMPTS = 4;
const BACKOFF_MS = 30;
/** Four attempts, three pauses of at most 45, 180 and 720 ms, and what a loaded machine adds. */
const BOUND_MS = MAX_ATTEMPTS * TIMEOUT_MS + 945 + 3_000;

describe.skipIf(binary === undefined)('s3 through a bad network', () => {
  let server: S3Server;
  let proxy: FaultProxy;
  let blobs: BlobStore;
  let direct: BlobStore;
  const body = randomBytes(300_000);
  const settings = (endpoint: string): BlobStoreSettings => ({
    kind: 's3', endpoint, region: 'us-east-1', bucket: server.bucket, prefix: 'faults/', credentials: S3_KEY, forcePathStyle: true, timeoutMs: TIMEOUT_MS, maxAttempts: MAX_ATTEMPTS, backoffMs: BACKOFF_MS,
  });

  beforeAll(async () => {
    server = await startS3Server(binary!);
    proxy = await startFaultProxy(server.endpoint);
    direct = await openBlobStore({ ...settings(server.endpoint), timeoutMs: 5_000 } as BlobStoreSettings);
    blobs = await openBlobStore(settings(proxy.endpoint), { check: false });
  });
  afterAll(async () => {
    await proxy?.stop();
    await server?.stop();
  });
  beforeEach(async () => {
    proxy.fault = () => undefined;
    await direct.put('a/b', body);
  });

  /** The first `times` requests fail like this. */
  const failFirst = (times: number, fault: Fault): void => {
    const from = proxy.numRequests;
    proxy.fault = ({ number }) => (number - from <= times ? fault : undefined);
  };
  const timed = async <T>(work: Promise<T>): Promise<T> => {
    const started = performance.now();
    try {
      return await work;
    } finally {
      expect(performance.now() - started).toBeLessThan(BOUND_MS);
    }
  };

  const FAULTS: Record<string, Fault> = {
    'status 500': { kind: 'status', status: 500 },
    'status 503': { kind: 'status', status: 503 },
    'status 429': { kind: 'status', status: 429 },
    'a reset connection': { kind: 'reset' },
    'a lost answer': { kind: 'loseAnswer' },
    'no answer': { kind: 'hang' },
  };
  const BODY_FAULTS: Record<string, Fault> = {
    'cut in the head of the body': { kind: 'truncate', bytes: 10 },
    'cut in the middle': { kind: 'truncate', bytes: 150_000 },
    'cut before its last byte': { kind: 'truncate', bytes: 300_047 },
  };

  describe.each(Object.entries({ ...FAULTS, ...BODY_FAULTS }))('%s', (_, fault) => {
    test('once: the second attempt gives the right bytes', async () => {
      failFirst(1, fault);
      expect((await timed(blobs.get('a/b'))).equals(body)).toBe(true);
      failFirst(1, fault.kind === 'truncate' ? { kind: 'truncate', bytes: 5 } : fault);
      expect((await timed(blobs.getRange('a/b', 1_000, 2_000))).equals(body.subarray(1_000, 2_000))).toBe(true);
    });

    test('for ever: an error that says what and where, within a bounded time; afterwards all is well', async () => {
      proxy.fault = () => fault;
      await expect(timed(blobs.get('a/b'))).rejects.toMatchObject({ code: 'BLOB_STORE_UNAVAILABLE', details: { key: 'a/b' }, message: expect.stringMatching(/a\/b/) });
      proxy.fault = () => undefined;
      expect((await blobs.get('a/b')).equals(body)).toBe(true);
    });
  });

  describe.each(Object.entries(FAULTS))('%s, other operations', (_, fault) => {
    test('once: they do what they are to do', async () => {
      for (const work of [
        async () => expect(await blobs.stat('a/b')).toEqual({ key: 'a/b', numBytes: body.length }),
        async () => expect((await blobs.list('a/')[Symbol.asyncIterator]().next()).value).toEqual({ key: 'a/b', numBytes: body.length }),
        async () => expect(await blobs.put('c', Buffer.from('new'))).toEqual({ key: 'c', numBytes: 3 }),
        async () => expect(await blobs.delete('c')).toBe(true),
        async () => blobs.move('a/b', 'moved'),
      ]) {
        failFirst(1, fault);
        await timed(work());
      }
      expect(await direct.stat('c')).toBeUndefined();
      expect(await direct.stat('a/b')).toBeUndefined();
      expect((await direct.get('moved')).equals(body)).toBe(true);
    });
  });

  test('a changed byte on the way: fetched again; from a store that changes it every time nothing is taken', async () => {
    failFirst(1, { kind: 'flip', at: 123_456 });
    expect((await blobs.get('a/b')).equals(body)).toBe(true);
    proxy.fault = () => ({ kind: 'flip', at: 7 });
    await expect(timed(blobs.get('a/b'))).rejects.toMatchObject({ code: 'BLOB_CORRUPT', details: { key: 'a/b' } });
  });

  test('slow, but moving: it is waited for; dripping: it is given up', async () => {
    proxy.fault = () => ({ kind: 'slow', pieceBytes: 30_000, pauseMs: 50 });
    expect((await blobs.get('a/b')).equals(body)).toBe(true); // 0.5 s and more
    proxy.fault = () => ({ kind: 'slow', pieceBytes: 1, pauseMs: 50 });
    await direct.put('small', Buffer.from('0123456789'));
    await expect(timed(blobs.get('small'))).rejects.toMatchObject({ code: 'BLOB_STORE_UNAVAILABLE', message: expect.stringMatching(/no answer within/) });
  });

  describe('an upload in parts', () => {
    const big = randomBytes(20 * 2 ** 20);
    const unfinished = (): string[] => {
      const names = readdirSync(join(server.folder, server.bucket, '.sgwtmp', 'multipart'), { recursive: true, withFileTypes: true });
      return names.filter((entry) => entry.isFile()).map((entry) => entry.name);
    };

    test.each(Object.entries(FAULTS).filter(([name]) => name !== 'no answer'))('every other request fails with %s', async (_, fault) => {
      const from = proxy.numRequests;
      proxy.fault = ({ number }) => ((number - from) % 2 === 1 ? fault : undefined);
      await blobs.put('big', big);
      proxy.fault = () => undefined;
      expect((await direct.get('big')).equals(big)).toBe(true);
    }, 60_000);

    test('the answer to its completion is lost: it is done, and that is seen', async () => {
      let completions = 0;
      proxy.fault = ({ method, url }) => (method === 'POST' && url.includes('uploadId') && ++completions === 1 ? { kind: 'loseAnswer' } : undefined);
      expect(await blobs.put('big', big)).toEqual({ key: 'big', numBytes: big.length });
      expect(completions).toBe(2);
      expect((await direct.get('big')).equals(big)).toBe(true);
    });

    test('parts never get through: nothing is seen, the old blob stands, the upload is aborted', async () => {
      await direct.put('big', Buffer.from('old'));
      proxy.fault = ({ method, url }) => (method === 'PUT' && url.includes('partNumber=2') ? { kind: 'status', status: 503 } : undefined);
      await expect(blobs.put('big', big)).rejects.toMatchObject({ code: 'BLOB_STORE_UNAVAILABLE', message: expect.stringMatching(/put of blob big.*503/) });
      expect((await direct.get('big')).toString()).toBe('old');
      expect(unfinished()).toEqual([]);
    });
  });

  describe('the server is killed', () => {
    afterEach(async () => {
      await server.kill(); // a failed test may have left it either way
      await server.restart();
    });

    test('in the middle of a read: an error, no half blob; back again: the blob', async () => {
      proxy.fault = () => ({ kind: 'slow', pieceBytes: 65_536, pauseMs: 10 }); // 6 MB/s
      const big = randomBytes(32 * 2 ** 20);
      await direct.put('long', big);
      const reading = timed(blobs.get('long')).then((bytes) => bytes.equals(big), (error: { code: string }) => error.code);
      await new Promise((resolve) => setTimeout(resolve, 200));
      await server.kill();
      expect(await reading).toBe('BLOB_STORE_UNAVAILABLE');
      proxy.fault = () => undefined;
      await server.restart();
      expect((await blobs.get('long')).equals(big)).toBe(true);
    });

    test('and started again while a read waits: the read goes on by itself', async () => {
      await server.kill();
      const patient = await openBlobStore({ ...settings(server.endpoint), backoffMs: 200 } as BlobStoreSettings, { check: false });
      const reading = patient.get('a/b'); // refused now, and again after 0.2 and 0.8 s
      await new Promise((resolve) => setTimeout(resolve, 50));
      await server.restart();
      expect((await reading).equals(body)).toBe(true);
    });

    test('in the middle of a put: the old blob stands; the same put succeeds afterwards', async () => {
      await direct.put('kept', Buffer.from('old'));
      const big = randomBytes(20 * 2 ** 20);
      let numParts = 0;
      async function* source(): AsyncGenerator<Uint8Array> {
        for (let at = 0; at < big.length; at += 1 << 20) {
          if (++numParts === 12) await server.kill();
          yield big.subarray(at, at + (1 << 20));
        }
      }
      await expect(blobs.put('kept', source())).rejects.toMatchObject({ code: 'BLOB_STORE_UNAVAILABLE' });
      await server.restart();
      expect((await blobs.get('kept')).toString()).toBe('old');
      await blobs.put('kept', big);
      expect((await blobs.get('kept')).equals(big)).toBe(true);
    });
  });
});
