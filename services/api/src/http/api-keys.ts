// API keys: only their hashes are known here; comparison takes the same time wherever the difference is.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { z } from 'zod';

export interface ApiKey {
  tenant: string;
  sha256: Buffer;
}

const ENTRY = /^([A-Za-z0-9_-]{1,64})=([0-9a-fA-F]{64})$/;

/** For zod's transform: 'alice=<hex>,bob=<hex>'. */
export function parseApiKeys(text: string, context: z.core.$RefinementCtx): ApiKey[] {
  const keys: ApiKey[] = [];
  for (const [i, entry] of text.split(',').map((e) => e.trim()).filter((e) => e !== '').entries()) {
    const [, tenant, hex] = ENTRY.exec(entry) ?? [];
    if (tenant && hex) keys.push({ tenant, sha256: Buffer.from(hex, 'hex') });
    else context.issues.push({ code: 'custom', input: undefined, message: `entry ${i + 1} is not <tenant>=<64 hex digits of the key's SHA-256>` });
  }
  return keys;
}

/** Undefined when nobody has this key. Looks at all keys, always. */
export function findTenant(keys: readonly ApiKey[], key: string): string | undefined {
  const given = createHash('sha256').update(key).digest();
  let tenant: string | undefined;
  for (const known of keys) if (timingSafeEqual(known.sha256, given)) tenant = known.tenant;
  return tenant;
}
