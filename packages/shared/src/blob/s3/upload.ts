// Puts one object: small ones in one request, others part by part. Either way nobody sees it before it is whole.
import {
  AbortMultipartUploadCommand, CompleteMultipartUploadCommand, CreateMultipartUploadCommand, GetObjectCommand, ListMultipartUploadsCommand, PutObjectCommand,
  UploadPartCommand, type S3Client,
} from '@aws-sdk/client-s3';
import { ServiceError } from '../../errors.ts';
import { TRAILER_BYTES } from '../trailer.ts';
import { withAttempts, type Attempt } from './attempts.ts';
import { readBody } from './body.ts';
import { nameOf } from './failure.ts';
import { cutParts, type Part } from './parts.ts';
import { placeOf, type S3Settings } from './settings.ts';

const ABANDONED_AFTER_MS = 24 * 3_600 * 1000;

interface Target { client: S3Client; settings: S3Settings; key: string; name: string }
interface UploadedPart { PartNumber: number; ETag: string | undefined }

/** Bytes of the blob, without its trailer. */
export async function upload(target: Target, source: Uint8Array | AsyncIterable<Uint8Array>): Promise<number> {
  let uploadId: string | undefined;
  const uploaded: UploadedPart[] = [];
  try {
    for await (const part of cutParts(source)) {
      if (part.isLast && uploadId === undefined) {
        await putWhole(target, part);
        return part.blobBytes;
      }
      uploadId ??= await begin(target);
      uploaded.push(await putPart(target, uploadId, uploaded.length + 1, part));
      if (!part.isLast) continue;
      await complete(target, uploadId, uploaded, part);
      return part.blobBytes;
    }
    throw new Error('an upload without a last part');
  } catch (error) {
    // The failure that led here is the one to tell; what an unreachable store keeps of the upload is collected by abortAbandoned.
    if (uploadId !== undefined) await abort(target, uploadId).catch(() => undefined);
    throw error;
  }
}

const step = <T>({ settings, key }: Target, numBytes: number, work: (attempt: Attempt) => Promise<T>): Promise<T> =>
  withAttempts(settings, { what: `put of blob ${key} to ${placeOf(settings)}`, key, numBytes }, work);

async function putWhole(target: Target, { bytes }: Part): Promise<void> {
  const { client, settings, name } = target;
  await step(target, bytes.length, ({ signal }) => client.send(new PutObjectCommand({ Bucket: settings.bucket, Key: name, Body: bytes }), { abortSignal: signal }));
}

async function begin(target: Target): Promise<string> {
  const { client, settings, name } = target;
  return step(target, 0, async ({ signal }) => {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket: settings.bucket, Key: name }), { abortSignal: signal });
    if (UploadId === undefined) throw new Error('the store began an upload without an id');
    return UploadId;
  });
}

async function putPart(target: Target, UploadId: string, PartNumber: number, { bytes }: Part): Promise<UploadedPart> {
  const { client, settings, name } = target;
  return step(target, bytes.length, async ({ signal }) => {
    const { ETag } = await client.send(new UploadPartCommand({ Bucket: settings.bucket, Key: name, UploadId, PartNumber, Body: bytes }), { abortSignal: signal });
    return { PartNumber, ETag };
  });
}

async function complete(target: Target, UploadId: string, Parts: UploadedPart[], last: Part): Promise<void> {
  const { client, settings, name } = target;
  let isRepeated = false;
  await step(target, 0, async (attempt) => {
    try {
      await client.send(new CompleteMultipartUploadCommand({ Bucket: settings.bucket, Key: name, UploadId, MultipartUpload: { Parts } }), { abortSignal: attempt.signal });
    } catch (error) {
      // It may have been done by an attempt whose answer was lost: the object's own trailer tells.
      if (!isRepeated || nameOf(error) !== 'NoSuchUpload' || !(await endsIn(target, attempt, last.bytes.subarray(-TRAILER_BYTES)))) throw error;
    } finally {
      isRepeated = true;
    }
  });
}

async function endsIn({ client, settings, name, key }: Target, attempt: Attempt, trailer: Buffer): Promise<boolean> {
  const answer = await client.send(new GetObjectCommand({ Bucket: settings.bucket, Key: name, Range: `bytes=-${TRAILER_BYTES}` }), { abortSignal: attempt.signal });
  return trailer.equals(await readBody(answer, attempt, key));
}

async function abort(target: Target, UploadId: string): Promise<void> {
  const { client, settings, name } = target;
  await step(target, 0, ({ signal }) => client.send(new AbortMultipartUploadCommand({ Bucket: settings.bucket, Key: name, UploadId }), { abortSignal: signal }));
}

/** Uploads that killed processes left unfinished. Where that is refused or unknown, the bucket's lifecycle rules have to do it. */
export async function abortAbandoned(client: S3Client, settings: S3Settings, now: number = Date.now()): Promise<number> {
  let numAborted = 0;
  try {
    const what = `looking for abandoned uploads in ${placeOf(settings)}`;
    const { Uploads = [] } = await withAttempts(settings, { what }, ({ signal }) =>
      client.send(new ListMultipartUploadsCommand({ Bucket: settings.bucket, Prefix: settings.prefix }), { abortSignal: signal }));
    for (const { Key: name, UploadId, Initiated } of Uploads) {
      if (name === undefined || UploadId === undefined || Initiated === undefined || now - Initiated.getTime() < ABANDONED_AFTER_MS) continue;
      await abort({ client, settings, key: name, name }, UploadId);
      numAborted++;
    }
  } catch (error) {
    if (!(error instanceof ServiceError) || (error.code !== 'BLOB_STORE_REFUSED' && error.details?.['status'] !== 501)) throw error;
  }
  return numAborted;
}
