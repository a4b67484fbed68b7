// IdempotencyStore on Redis. A key is held while its request runs, then keeps the response until it expires.
import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { IdempotencyStore, StoredResponse } from './contract.ts';
import type { Keys } from './keys.ts';
import * as lua from './lua/documents.ts';
import { runScript, type Script } from './script.ts';

/** A holder that died is replaced after this; longer than creating a job takes. */
const LEASE_MS = 30_000;

export function createIdempotencyStore(redis: Redis, keys: Keys, ttlMs: number): IdempotencyStore {
  const run = (script: Script, ...args: Array<string | number>) => runScript(redis, script, keys.prefix, args);
  const keyOf = (tenant: string, key: string): string => keys.idempotency(tenant, createHash('sha256').update(key).digest('hex'));

  return {
    async begin(tenant, key, fingerprint, newJobId) {
      const reply = (await run(lua.beginIdempotent, keyOf(tenant, key), fingerprint, newJobId, Date.now(), LEASE_MS, ttlMs)) as string[];
      switch (reply[0]) {
        case 'go': return { kind: 'go', jobId: reply[1]! };
        case 'replay': return { kind: 'replay', response: JSON.parse(reply[1]!) as StoredResponse };
        case 'mismatch': return { kind: 'mismatch' };
        default: return { kind: 'in-flight' };
      }
    },

    async finish(tenant, key, jobId, response) {
      await run(lua.finishIdempotent, keyOf(tenant, key), jobId, JSON.stringify(response));
    },

    async abandon(tenant, key, jobId) {
      await run(lua.abandonIdempotent, keyOf(tenant, key), jobId);
    },
  };
}
