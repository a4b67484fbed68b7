// Settings of the API. The only file of this service that knows environment variables.
import { blobStoreVariables, LOG_LEVELS, parseEnv } from '@lectern/shared';
import { z } from 'zod';
import { parseApiKeys } from './http/api-keys.ts';

const positive = z.coerce.number().int().positive();
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

export const apiConfigSchema = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  /** 0 takes any free port. */
  PORT: z.coerce.number().int().min(0).max(65535).default(8080),
  /** redis://, rediss://, unix:// or a path. */
  REDIS_URL: z.string().min(1).default('redis://127.0.0.1:6379'),
  ...blobStoreVariables,
  /** tenant=<SHA-256 of the key, hex>, separated by commas. Without it everyone is the tenant `default`: only on a loopback address. */
  API_KEYS: z.string().default('').transform(parseApiKeys),
  MAX_DOCUMENT_BYTES: positive.default(256 * 2 ** 20),
  /** Jobs of all tenants that are not finished. */
  MAX_QUEUED_JOBS: positive.default(10_000),
  /** Results and events live as long as this after the end of their job. */
  JOB_TTL_S: positive.max(365 * 24 * 3_600).default(24 * 3_600),
  IDEMPOTENCY_TTL_S: positive.max(365 * 24 * 3_600).default(24 * 3_600),
  /** Requests of a tenant per minute and API process; 0: no limit. */
  RATE_LIMIT_PER_MINUTE: z.coerce.number().int().min(0).default(0),
  /** For jobs that name no model. */
  DEFAULT_MODEL: z.string().min(1).max(200).default('smollm2-135m-instruct'),
  /** After SIGTERM: how long requests may take to end. */
  SHUTDOWN_TIMEOUT_MS: positive.default(10_000),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
}).superRefine((config, context) => {
  if (config.API_KEYS.length > 0 || LOOPBACK.test(config.HOST)) return;
  context.addIssue({ code: 'custom', path: ['API_KEYS'], message: `HOST ${config.HOST} can be reached from other machines: keys are required there (tenant=sha256hex,...)` });
});

export type ApiConfig = z.output<typeof apiConfigSchema>;

export function apiConfig(env: Record<string, string | undefined> = process.env): ApiConfig {
  return parseEnv(apiConfigSchema, env);
}
