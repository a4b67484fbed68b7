// Connections to Redis, and the translation of its failures. Knows no records.
import { Redis, type RedisOptions } from 'ioredis';
import { ServiceError } from './errors.ts';

/** client: answers or fails within seconds. worker: waits for Redis (BullMQ asks for that). subscriber: pub/sub, waits likewise. */
export type RedisRole = 'client' | 'worker' | 'subscriber';

export interface ConnectOptions {
  role: RedisRole;
  /** How long the first connection may take. */
  connectTimeoutMs?: number;
  /** How long one command may take; only for the client role. */
  commandTimeoutMs?: number;
  /** Lost connections come back by themselves; this is for the log. */
  onError?: (error: Error) => void;
}

/** redis://[user:password@]host:port[/db], rediss:// the same over TLS, or a unix socket as /path or unix://[user:password@]/path. */
export async function connectRedis(url: string, options: ConnectOptions): Promise<Redis> {
  const { role, connectTimeoutMs = 5_000, commandTimeoutMs = 5_000 } = options;
  const common = {
    protocol: 2 as const, // ioredis 6.0.0 mixes up some RESP3 doubles and integers
    connectTimeout: connectTimeoutMs,
    lazyConnect: true,
    retryStrategy: (times: number) => Math.min(2_000, 50 * 2 ** Math.min(times, 6)),
    ...(role === 'client'
      ? { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: commandTimeoutMs }
      : { maxRetriesPerRequest: null }),
  } satisfies RedisOptions;
  const address = parseAddress(url);
  const redis = 'path' in address ? new Redis({ ...common, ...address }) : new Redis(address.url, common);
  let lastError: Error | undefined;
  redis.on('error', (error: Error) => {
    lastError = error;
    options.onError?.(error);
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${connectTimeoutMs} ms`)), connectTimeoutMs);
      redis.once('ready', resolve);
      redis.once('error', reject); // refused, unknown host, wrong password: the first try decides
      redis.connect().catch(reject);
    });
    return redis;
  } catch (error) {
    redis.disconnect();
    const cause = lastError ?? (error as Error);
    throw new ServiceError('REDIS_UNAVAILABLE', `cannot connect to Redis at ${hidePassword(url)}: ${reasonOf(cause)}`, { cause });
  } finally {
    clearTimeout(timer);
  }
}

type Address = { url: string } | { path: string; username?: string; password?: string };

function parseAddress(url: string): Address {
  if (url.startsWith('/')) return { path: url };
  if (/^rediss?:\/\/[^/]/.test(url) && URL.canParse(url)) return { url };
  const [, credentials, path] = /^unix:\/\/(?:([^@/]*)@)?(\/.+)$/.exec(url) ?? [];
  if (path === undefined) {
    throw new ServiceError('VALIDATION', `${JSON.stringify(hidePassword(url))} is not a Redis address: redis://, rediss://, unix:// with a path, or a path is expected`);
  }
  const [username = '', password = ''] = (credentials ?? '').split(':').map(decodeURIComponent);
  return { path, ...(username === '' ? {} : { username }), ...(password === '' ? {} : { password }) };
}

/** For logs and messages. */
export const hidePassword = (url: string): string => url.replace(/^([a-z]+:\/\/[^:@/]*):.*@/, '$1:***@');

const reasonOf = (error: Error): string =>
  error.message || (error as NodeJS.ErrnoException).code || ((error as AggregateError).errors?.[0] as Error | undefined)?.message || error.name;

const AWAY = /Connection is closed|Stream isn't writeable|Command timed out|max retries per request|ECONN|EPIPE|ENOTFOUND|ETIMEDOUT|EAI_AGAIN|ENOENT .*sock/;
const REFUSED = /^(LOADING|READONLY|MASTERDOWN|OOM|NOAUTH|WRONGPASS|NOPERM|MISCONF|BUSY|CLUSTERDOWN|TRYAGAIN)\b/;

/** REDIS_UNAVAILABLE when the error says that Redis is away or refuses to serve; any other error as it is. */
export function asRedisUnavailable(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof ServiceError) return error;
  const text = `${error.name} ${(error as NodeJS.ErrnoException).code ?? ''} ${error.message}`;
  if (!AWAY.test(text) && !REFUSED.test(error.message)) return error;
  return new ServiceError('REDIS_UNAVAILABLE', `Redis cannot serve this now: ${reasonOf(error)}`, { cause: error });
}

export async function withRedis<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asRedisUnavailable(error);
  }
}
