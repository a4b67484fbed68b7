// Every expected failure of Lectern: one class, one table of codes. Programmer mistakes use node:assert instead.

/** code -> HTTP status, and whether trying the same thing again can help. */
export const ERROR_CODES = {
  // the request
  VALIDATION: { status: 422, retryable: false },
  BAD_JSON: { status: 400, retryable: false },
  BODY_TOO_LARGE: { status: 413, retryable: false },
  METHOD_NOT_ALLOWED: { status: 405, retryable: false },
  UNAUTHORIZED: { status: 401, retryable: false },
  NOT_FOUND: { status: 404, retryable: false },
  IDEMPOTENCY_KEY_MALFORMED: { status: 400, retryable: false },
  IDEMPOTENCY_IN_FLIGHT: { status: 409, retryable: true },
  IDEMPOTENCY_KEY_REUSED: { status: 422, retryable: false },
  NOT_TERMINAL: { status: 409, retryable: true },
  DOCUMENT_IN_USE: { status: 409, retryable: true },
  RESULT_NOT_READY: { status: 409, retryable: true },
  EXPIRED: { status: 410, retryable: false },
  QUESTION_TOO_LONG: { status: 422, retryable: false },
  RATE_LIMITED: { status: 429, retryable: true },
  // the document
  DOCUMENT_TOO_LARGE: { status: 413, retryable: false },
  DOCUMENT_EMPTY: { status: 422, retryable: false },
  DOCUMENT_BINARY: { status: 415, retryable: false },
  DOCUMENT_ENCODING: { status: 422, retryable: false },
  DOCUMENT_ENCRYPTED: { status: 422, retryable: false },
  DOCUMENT_NO_TEXT_LAYER: { status: 422, retryable: false },
  DOCUMENT_UNREADABLE: { status: 422, retryable: false },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, retryable: false },
  // the model
  MODEL_UNKNOWN: { status: 404, retryable: false },
  MODEL_FILE_INVALID: { status: 422, retryable: false },
  MODEL_UNSUPPORTED: { status: 422, retryable: false },
  MODEL_CHECKSUM_MISMATCH: { status: 502, retryable: true },
  MODEL_DOWNLOAD_FAILED: { status: 502, retryable: true },
  CATALOG_INVALID: { status: 500, retryable: false },
  ENGINE_UNAVAILABLE: { status: 503, retryable: false },
  CONTEXT_TOO_LONG: { status: 422, retryable: false },
  // a reader behind a URL
  READER_UNAVAILABLE: { status: 503, retryable: true },
  READER_REFUSED: { status: 502, retryable: false },
  // the machine
  DOES_NOT_FIT: { status: 422, retryable: false },
  DISK_FULL: { status: 507, retryable: true },
  BLOB_NOT_FOUND: { status: 404, retryable: false },
  BLOB_CORRUPT: { status: 500, retryable: true },
  /** A newer version of Lectern wrote it; workers hand such tasks back. */
  FORMAT_NEWER: { status: 503, retryable: true },
  BLOB_STORE_UNAVAILABLE: { status: 503, retryable: true },
  BLOB_STORE_REFUSED: { status: 500, retryable: false },
  REDIS_UNAVAILABLE: { status: 503, retryable: true },
  SERVICE_UNREACHABLE: { status: 503, retryable: true },
  QUEUE_FULL: { status: 503, retryable: true },
  DRAINING: { status: 503, retryable: true },
  TIMEOUT: { status: 504, retryable: true },
  STALLED: { status: 500, retryable: true },
  JOB_CANCELLED: { status: 499, retryable: false },
  INTERNAL: { status: 500, retryable: true },
} as const satisfies Record<string, { status: number; retryable: boolean }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Numbers and names a client can act on: the limit, the actual value, the pages, ... */
export type ErrorDetails = Record<string, string | number | boolean | null | Array<string | number>>;

export interface ErrorData {
  code: ErrorCode;
  message: string;
  details?: ErrorDetails;
}

/** An expected failure. The message says what was asked, what was found, and the limit. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails | undefined;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; details?: ErrorDetails } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
  }

  get status(): number {
    return ERROR_CODES[this.code].status;
  }

  get retryable(): boolean {
    return ERROR_CODES[this.code].retryable;
  }
}

/** Errors cross threads and queues as data: a class does not survive either. */
export function errorToData(error: unknown): ErrorData {
  if (error instanceof ServiceError) {
    return { code: error.code, message: error.message, ...(error.details ? { details: error.details } : {}) };
  }
  const systemCode = (error as { code?: unknown } | null)?.code;
  if (systemCode === 'ENOSPC' || systemCode === 'EDQUOT') {
    return { code: 'DISK_FULL', message: `no space left on the disk: ${(error as Error).message}` };
  }
  return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) };
}

export function errorFromData(data: ErrorData, cause?: unknown): ServiceError {
  const code: ErrorCode = data.code in ERROR_CODES ? data.code : 'INTERNAL';
  return new ServiceError(code, data.message, { cause, ...(data.details ? { details: data.details } : {}) });
}
