// What an S3 server or the way to it says, as errors of ours. No secret and no part of a request gets into them.
import { type ErrorCode, type ErrorDetails, ServiceError } from '../../errors.ts';

interface SdkError {
  name?: unknown;
  message?: unknown;
  code?: unknown;
  $metadata?: { httpStatusCode?: number; requestId?: string };
}

const DISK_FULL = ['QuotaExceeded', 'XMinioStorageFull', 'InsufficientStorage', 'ServiceQuotaExceededException'];
/** Status 4xx, though the same request may well succeed: the network's doing, or a clock that the SDK corrects for the next attempt. */
const PASSING = ['RequestTimeout', 'RequestTimeTooSkewed', 'SlowDown', 'IncompleteBody', 'BadDigest', 'XAmzContentSHA256Mismatch', 'OperationAborted'];
const MISSING = ['NoSuchKey', 'NotFound'];

export const statusOf = (error: unknown): number | undefined => (error as SdkError | null)?.$metadata?.httpStatusCode;
export const nameOf = (error: unknown): string => String((error as SdkError | null)?.name ?? 'Error');

/** `what` begins the message: 'get of blob a/b from bucket ...'. */
export function asFailure(error: unknown, what: string, key: string | undefined): ServiceError {
  if (error instanceof ServiceError) return error;
  const code = codeOf(error);
  const status = statusOf(error);
  const details: ErrorDetails = { ...(key === undefined ? {} : { key }), ...(status === undefined ? {} : { status }), reason: nameOf(error) };
  if (code === 'BLOB_NOT_FOUND') return new ServiceError(code, `there is no blob ${key}`, { cause: causeOf(error), details });
  return new ServiceError(code, `${what}: ${textOf(error)}`, { cause: causeOf(error), details });
}

function codeOf(error: unknown): ErrorCode {
  const status = statusOf(error);
  const name = nameOf(error);
  if (name === 'CredentialsProviderError') return 'BLOB_STORE_REFUSED';
  if (status === undefined || PASSING.includes(name)) return 'BLOB_STORE_UNAVAILABLE';
  if (DISK_FULL.includes(name) || status === 507) return 'DISK_FULL';
  if (status === 404 && MISSING.includes(name)) return 'BLOB_NOT_FOUND';
  if (status >= 300 && status < 500 && status !== 408 && status !== 429) return 'BLOB_STORE_REFUSED';
  return 'BLOB_STORE_UNAVAILABLE'; // 5xx, and a 200 whose body is no answer
}

function textOf(error: unknown): string {
  const { message, code } = error as SdkError;
  const status = statusOf(error);
  const text = typeof message === 'string' && message !== '' ? message : String(code ?? nameOf(error)); // an AggregateError of a refused connection has no text
  return status === undefined ? text : `${nameOf(error)}, HTTP status ${status}: ${text}`;
}

/** An SDK error carries the response and, after a refused signature, what was signed: only its name, text and stack go on. */
function causeOf(error: unknown): Error {
  const cause = new Error(textOf(error));
  cause.name = nameOf(error);
  const stack = (error as Error | null)?.stack;
  if (stack !== undefined) cause.stack = stack;
  return cause;
}
