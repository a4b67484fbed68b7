// Settings of the blob store as environment variables, the same for every program that opens it.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ServiceError } from '../errors.ts';
import type { S3Settings } from './s3/settings.ts';

const positive = z.coerce.number().int().positive();

/** Variables for a service's schema: `z.object({ ...blobStoreVariables, ... })`. */
export const blobStoreVariables = {
  /** fs: a folder, which may be a volume shared by hosts. s3: a bucket of any S3-compatible server. */
  BLOB_STORE: z.enum(['fs', 's3']).default('fs'),
  /** Folder of documents, segments and readings, shared by all workers and the API. */
  BLOB_DIR: z.string().min(1).default(join(homedir(), '.lectern', 'blobs')),
  /** http:// or https:// address of an S3-compatible server; AWS when absent. */
  S3_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  S3_REGION: z.string().min(1).max(64).default('us-east-1'),
  S3_BUCKET: z.string().min(3).max(63).optional(),
  /** Beginning of all object names: several services in one bucket. */
  S3_PREFIX: z.string().max(256).regex(/^[A-Za-z0-9._/-]*$/, 'letters, digits and . _ / - only').default(''),
  /** Absent: the AWS SDK looks for AWS_ACCESS_KEY_ID and so on, a profile, or the machine's role. */
  S3_ACCESS_KEY_ID: z.string().min(1).optional(),
  S3_SECRET_ACCESS_KEY: z.string().min(1).optional(),
  /** 1: <endpoint>/<bucket>; 0: <bucket>.<endpoint>. By default 1 where S3_ENDPOINT is set. */
  S3_FORCE_PATH_STYLE: z.stringbool().optional(),
  /** How long one attempt may wait for the store's answer; four are made. */
  S3_TIMEOUT_MS: positive.default(10_000),
};

export type BlobStoreVariables = z.output<z.ZodObject<typeof blobStoreVariables>>;
export type BlobStoreSettings = { kind: 'fs'; folder: string } | S3Settings;

const MAX_ATTEMPTS = 4;
const BACKOFF_MS = 100;

export function blobStoreSettings(variables: BlobStoreVariables): BlobStoreSettings {
  if (variables.BLOB_STORE === 'fs') return { kind: 'fs', folder: variables.BLOB_DIR };
  const { S3_ENDPOINT, S3_REGION, S3_BUCKET, S3_PREFIX, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, S3_FORCE_PATH_STYLE, S3_TIMEOUT_MS } = variables;
  if (S3_BUCKET === undefined) throw new ServiceError('VALIDATION', 'BLOB_STORE is s3, and S3_BUCKET names no bucket');
  if ((S3_ACCESS_KEY_ID === undefined) !== (S3_SECRET_ACCESS_KEY === undefined)) {
    throw new ServiceError('VALIDATION', 'S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY belong together: only one of them is set');
  }
  const prefix = S3_PREFIX.replace(/^\/+|\/+$/g, '');
  return {
    kind: 's3', endpoint: S3_ENDPOINT, region: S3_REGION, bucket: S3_BUCKET, prefix: prefix === '' ? '' : `${prefix}/`,
    credentials: S3_ACCESS_KEY_ID === undefined || S3_SECRET_ACCESS_KEY === undefined ? undefined : { accessKeyId: S3_ACCESS_KEY_ID, secretAccessKey: S3_SECRET_ACCESS_KEY },
    forcePathStyle: S3_FORCE_PATH_STYLE ?? S3_ENDPOINT !== undefined, timeoutMs: S3_TIMEOUT_MS, maxAttempts: MAX_ATTEMPTS, backoffMs: BACKOFF_MS,
  };
}
