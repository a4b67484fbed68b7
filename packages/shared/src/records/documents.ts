// DocumentStore on Redis: facts about documents; their bytes are blobs.
import { setTimeout } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { ulid } from 'ulid';
import { ServiceError } from '../errors.ts';
import { withRedis } from '../redis.ts';
import type { DocumentRecord } from '../schema/document.ts';
import { decodeDocument, toPairs } from './codec.ts';
import type { DocumentStore } from './contract.ts';
import type { Keys } from './keys.ts';
import * as lua from './lua/documents.ts';
import { runScript, type Script } from './script.ts';

/** Longer than moving or deleting the blobs of one document takes. */
const LOCK_MS = 60_000;
/** How long a request waits for another one with the same document. */
const LOCK_WAIT_MS = 5_000;
const LOCK_POLL_MS = 50;

/** Place in the tenant's list: lexical order is order of creation. Also the cursor. */
const memberOf = (d: Pick<DocumentRecord, 'id' | 'createdAt'>): string => `${String(Date.parse(d.createdAt)).padStart(15, '0')}.${d.id}`;

export function createDocumentStore(redis: Redis, keys: Keys): DocumentStore {
  const run = (script: Script, ...args: Array<string | number>) => runScript(redis, script, keys.prefix, args);
  const get = async (tenant: string, id: string): Promise<DocumentRecord | undefined> =>
    decodeDocument(await withRedis(() => redis.hgetall(keys.document(tenant, id))));

  const cursorOf = async (tenant: string, after: string): Promise<string> => {
    if (after.includes('.')) return after;
    const record = await get(tenant, after);
    if (!record) throw new ServiceError('VALIDATION', `cursor ${JSON.stringify(after)} is no cursor of this list`);
    return memberOf(record);
  };

  return {
    async put(document) {
      const created = (await run(lua.putDocument, document.tenant, document.id, memberOf(document), ...toPairs(fieldsOf(document)))) === 1;
      return { created, record: (await get(document.tenant, document.id)) ?? document };
    },

    get,

    async update(tenant, id, facts) {
      const pairs = toPairs(fieldsOf(facts));
      if (pairs.length > 0) await run(lua.updateDocument, tenant, id, ...pairs);
    },

    async list(tenant, { limit, after }) {
      const below = after === undefined ? '+' : `(${await cursorOf(tenant, after)}`;
      const members = await withRedis(() => redis.zrange(keys.documents(tenant), below, '-', 'BYLEX', 'REV', 'LIMIT', 0, limit + 1));
      const page = members.slice(0, limit);
      const found = await Promise.all(page.map((member) => get(tenant, member.slice(member.indexOf('.') + 1))));
      const hasMore = members.length > limit;
      return { data: found.filter((d) => d !== undefined), hasMore, ...(hasMore ? { cursor: page.at(-1)! } : {}) };
    },

    async remove(tenant, id) {
      const record = await get(tenant, id);
      if (!record) return false;
      const inUse = Number(await run(lua.removeDocument, tenant, id, memberOf(record)));
      if (inUse > 0) throw new ServiceError('DOCUMENT_IN_USE', `document ${id} is used by ${inUse} jobs that are not finished`, { details: { jobs: inUse } });
      return inUse === 0;
    },

    numJobsInUse: (tenant, id) => withRedis(() => redis.scard(keys.documentJobs(tenant, id))),

    async exclusively(tenant, id, work) {
      const [key, token] = [keys.documentLock(tenant, id), ulid()];
      const deadline = Date.now() + LOCK_WAIT_MS;
      while ((await withRedis(() => redis.set(key, token, 'PX', LOCK_MS, 'NX'))) === null) {
        if (Date.now() >= deadline) throw new ServiceError('DOCUMENT_IN_USE', `document ${id} is being stored or deleted by another request`);
        await setTimeout(LOCK_POLL_MS);
      }
      try {
        return await work();
      } finally {
        await run(lua.unlock, key, token);
      }
    },
  };
}

/** As a hash holds them. */
const fieldsOf = ({ notes, ...others }: Partial<DocumentRecord>): Record<string, string | number | undefined> =>
  ({ ...others, notes: notes === undefined ? undefined : JSON.stringify(notes) });
