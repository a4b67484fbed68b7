// Blobs as objects in a bucket of any S3-compatible server. A put is atomic as S3 makes it; each object ends in the same trailer as a file
// of the folder store, so its checksum was written with it.
import {
  CopyObjectCommand, DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, type GetObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { ServiceError } from '../../errors.ts';
import type { BlobStat, BlobStore } from '../blob-store.ts';
import { findDamage, TRAILER_BYTES } from '../trailer.ts';
import { withAttempts, type Attempt } from './attempts.ts';
import { readBody } from './body.ts';
import { createClient } from './client.ts';
import { nameOf, statusOf } from './failure.ts';
import { keyOf, objectName, objectPrefix } from './names.ts';
import { placeOf, type S3Settings } from './settings.ts';
import { abortAbandoned, upload } from './upload.ts';

export interface S3BlobStore extends BlobStore {
  /** Throws when the bucket is missing, refused or out of reach; then clears away what killed processes left. */
  check(): Promise<void>;
}

export function createS3BlobStore(settings: S3Settings): S3BlobStore {
  const { bucket: Bucket, prefix } = settings;
  const client = createClient(settings);
  const place = placeOf(settings);

  const attempt = <T>(op: string, key: string, work: (attempt: Attempt) => Promise<T>, numBytes = 0): Promise<T> =>
    withAttempts(settings, { what: `${op} of blob ${key} at ${place}`, key, numBytes }, work);

  const statOf = async (key: string): Promise<BlobStat | undefined> => {
    const Key = objectName(prefix, key);
    try {
      const { ContentLength = 0 } = await attempt('stat', key, ({ signal }) => client.send(new HeadObjectCommand({ Bucket, Key }), { abortSignal: signal }));
      return { key, numBytes: Math.max(0, ContentLength - TRAILER_BYTES) };
    } catch (error) {
      if (error instanceof ServiceError && error.code === 'BLOB_NOT_FOUND') return undefined;
      throw error;
    }
  };

  const remove = async (key: string): Promise<void> => {
    const Key = objectName(prefix, key);
    await attempt('delete', key, ({ signal }) => client.send(new DeleteObjectCommand({ Bucket, Key }), { abortSignal: signal }));
  };

  return {
    kind: 's3',

    async check() {
      await withAttempts(settings, { what: `looking into ${place}` }, ({ signal }) =>
        client.send(new ListObjectsV2Command({ Bucket, Prefix: prefix, MaxKeys: 1 }), { abortSignal: signal }));
      await abortAbandoned(client, settings);
    },

    async put(key, bytes) {
      const name = objectName(prefix, key);
      return { key, numBytes: await upload({ client, settings, key, name }, bytes) };
    },

    async move(from, to) {
      const [source, target] = [objectName(prefix, from), objectName(prefix, to)];
      const known = await statOf(from);
      if (known === undefined) throw missing(from);
      const CopySource = `${Bucket}/${source}`; // its characters need no escape
      await attempt('move', from, ({ signal }) => client.send(new CopyObjectCommand({ Bucket, Key: target, CopySource }), { abortSignal: signal }), known.numBytes);
      await remove(from);
    },

    async get(key) {
      const Key = objectName(prefix, key);
      return attempt('get', key, async (current) => {
        const whole = await readBody(await client.send(new GetObjectCommand({ Bucket, Key }), { abortSignal: current.signal }), current, key);
        const damage = findDamage(whole);
        if (damage) throw new ServiceError('BLOB_CORRUPT', `blob ${key} is damaged: ${damage}`, { details: { key } });
        return whole.subarray(0, whole.length - TRAILER_BYTES);
      });
    },

    async getRange(key, start, end) {
      const Key = objectName(prefix, key);
      const from = Math.max(0, start);
      const to = Math.max(from, end);
      if (to === from) {
        if ((await statOf(key)) === undefined) throw missing(key);
        return Buffer.alloc(0);
      }
      return attempt('get', key, async (current) => {
        let answer: GetObjectCommandOutput;
        try {
          answer = await client.send(new GetObjectCommand({ Bucket, Key, Range: `bytes=${from}-${to - 1}` }), { abortSignal: current.signal });
        } catch (error) {
          if (statusOf(error) === 416 || nameOf(error) === 'InvalidRange') return Buffer.alloc(0); // it begins behind the end
          throw error;
        }
        const { first, objectBytes } = rangeOf(answer, from, key);
        const bytes = await readBody(answer, current, key);
        const blobBytes = objectBytes - TRAILER_BYTES;
        if (blobBytes < 0) throw new ServiceError('BLOB_CORRUPT', `blob ${key} is shorter than its trailer`, { details: { key } });
        const missing = Math.min(to, objectBytes) - (first + bytes.length);
        if (missing > 0) throw new ServiceError('BLOB_STORE_UNAVAILABLE', `the store sent ${missing} bytes less of blob ${key} than asked for`, { details: { key } });
        return bytes.subarray(from - first, Math.max(from, Math.min(to, blobBytes)) - first);
      });
    },

    stat: statOf,

    async *list(keyPrefix) {
      const Prefix = objectPrefix(prefix, keyPrefix);
      let ContinuationToken: string | undefined;
      do {
        const page = await withAttempts(settings, { what: `list of blobs ${keyPrefix}* at ${place}` }, ({ signal }) =>
          client.send(new ListObjectsV2Command({ Bucket, Prefix, ...(ContinuationToken === undefined ? {} : { ContinuationToken }) }), { abortSignal: signal }));
        for (const { Key: name = '', Size = 0 } of page.Contents ?? []) {
          const key = keyOf(prefix, name);
          if (key !== undefined) yield { key, numBytes: Math.max(0, Size - TRAILER_BYTES) };
        }
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
    },

    /** S3 does not say whether there was something: of two deletes at the same time both may say so. */
    async delete(key) {
      if ((await statOf(key)) === undefined) return false;
      await remove(key);
      return true;
    },
  };
}

const missing = (key: string): ServiceError => new ServiceError('BLOB_NOT_FOUND', `there is no blob ${key}`, { details: { key } });

/** Where the answer's bytes begin, and how long the object is. A server that knows no ranges answers with all of it. */
function rangeOf({ ContentRange, ContentLength = 0 }: GetObjectCommandOutput, asked: number, key: string): { first: number; objectBytes: number } {
  if (ContentRange === undefined) return { first: 0, objectBytes: ContentLength };
  const match = /^bytes (\d+)-\d+\/(\d+)$/.exec(ContentRange);
  if (match === null || Number(match[1]) !== asked) {
    throw new ServiceError('BLOB_STORE_UNAVAILABLE', `the store answers for bytes of blob ${key} from ${asked} on with range '${ContentRange}'`, { details: { key } });
  }
  return { first: asked, objectBytes: Number(match[2]) };
}
