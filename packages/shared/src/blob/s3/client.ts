// The SDK's client as this store uses it: no retries of its own (they would not cover bodies), no waiting for 100-continue, no checksums
// beside the signature's (many S3-compatible servers lack them; a blob has its own).
import { S3Client } from '@aws-sdk/client-s3';
import { silenceVersionNote } from './config.ts';
import type { S3Settings } from './settings.ts';

export function createClient({ endpoint, region, credentials, forcePathStyle, timeoutMs }: S3Settings): S3Client {
  silenceVersionNote();
  return new S3Client({
    region,
    forcePathStyle,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    maxAttempts: 1,
    expectContinueHeader: false,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: timeoutMs },
  });
}
