// Errors on the wire: RFC 9457 problem details. The client reads with the same schema.
import { z } from 'zod';
import { ERROR_CODES, type ErrorCode, type ErrorDetails, ServiceError } from './errors.ts';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

const detailsSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.union([z.string(), z.number()]))]));

export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string().optional(),
  code: z.string(),
  retryable: z.boolean(),
  request_id: z.string().optional(),
  /** Only with VALIDATION: JSON pointers to what is wrong. */
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
}).catchall(z.unknown());
export type Problem = z.infer<typeof problemSchema>;

const RESERVED = new Set(['type', 'title', 'status', 'detail', 'instance', 'code', 'retryable', 'request_id', 'errors']);

const titleOf = (code: ErrorCode): string => {
  const words = code.toLowerCase().replaceAll('_', ' ');
  return words[0]!.toUpperCase() + words.slice(1);
};

/** 'DOCUMENT_TOO_LARGE' -> 'urn:lectern:problem:document-too-large'. */
const typeOf = (code: ErrorCode): string => `urn:lectern:problem:${code.toLowerCase().replaceAll('_', '-')}`;

/** The error's details become members beside the standard ones. */
export function problemOf(error: ServiceError, at: { instance?: string; requestId?: string; errors?: Problem['errors'] } = {}): Problem {
  const details = Object.entries(error.details ?? {}).filter(([name]) => !RESERVED.has(name));
  return {
    type: typeOf(error.code),
    title: titleOf(error.code),
    status: error.status,
    detail: error.message,
    ...(at.instance === undefined ? {} : { instance: at.instance }),
    code: error.code,
    retryable: error.retryable,
    ...(at.requestId === undefined ? {} : { request_id: at.requestId }),
    ...(at.errors === undefined ? {} : { errors: at.errors }),
    ...Object.fromEntries(details),
  };
}

/** Undefined when the body is no problem of ours. */
export function errorFromProblem(body: unknown): ServiceError | undefined {
  const parsed = problemSchema.safeParse(body);
  if (!parsed.success) return undefined;
  const code = parsed.data.code;
  if (!(code in ERROR_CODES)) return undefined;
  const extensions = detailsSchema.safeParse(Object.fromEntries(Object.entries(parsed.data).filter(([name]) => !RESERVED.has(name))));
  const details: ErrorDetails = {
    ...(extensions.success ? extensions.data : {}),
    ...(parsed.data.errors ? { errors: parsed.data.errors.map((e) => `${e.pointer}: ${e.detail}`) } : {}),
    ...(parsed.data.request_id === undefined ? {} : { requestId: parsed.data.request_id }),
  };
  return new ServiceError(code as ErrorCode, parsed.data.detail, Object.keys(details).length > 0 ? { details } : {});
}
