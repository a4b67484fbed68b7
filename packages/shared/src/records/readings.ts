// ReadingStore on Redis. The rules of the transitions are in lua/readings.ts.
import type { Redis } from 'ioredis';
import { ulid } from 'ulid';
import { withRedis } from '../redis.ts';
import { decodeReading } from './codec.ts';
import type { ReadingRecord, ReadingStore } from './contract.ts';
import type { Keys } from './keys.ts';
import * as lua from './lua/readings.ts';
import { runScript, type Script } from './script.ts';

const newFlow = (id: string): string => `read-${id}-${ulid().toLowerCase()}`;
const AT_REST: ReadonlySet<string> = new Set(['new', 'failed', 'sealed']);

export function createReadingStore(redis: Redis, keys: Keys): ReadingStore {
  const run = (script: Script, ...args: Array<string | number>) => runScript(redis, script, keys.prefix, args);
  const at = (): string => new Date().toISOString();

  const get = async (id: string): Promise<ReadingRecord | undefined> => decodeReading(await withRedis(() => redis.hgetall(keys.reading(id))));

  const getMany = async (ids: readonly string[]): Promise<Array<ReadingRecord | undefined>> => {
    if (ids.length === 0) return [];
    const pipeline = redis.pipeline();
    for (const id of ids) pipeline.hgetall(keys.reading(id));
    return (await withRedis(() => pipeline.exec()))!.map(([error, hash]) => {
      if (error) throw error;
      return decodeReading(hash as Record<string, string>);
    });
  };

  return {
    get,

    getMany,

    async missing(ids, jobId) {
      const [numUnsealed, ...unregistered] = (await run(lua.missingReadings, jobId, ...ids)) as [number, ...string[]];
      return { numUnsealed, unregistered };
    },

    async storedChunks(ids) {
      if (ids.length === 0) return [];
      const pipeline = redis.pipeline();
      for (const id of ids) pipeline.getBuffer(keys.readingChunks(id));
      return (await withRedis(() => pipeline.exec()))!.map(([error, bits]) => {
        if (error) throw error;
        return Uint8Array.from((bits as Buffer | null) ?? []);
      });
    },

    async await(reading, jobId) {
      const { id, tenant, documentId, model, keep } = reading;
      return (await run(lua.awaitReading, id, tenant, documentId, model, keep, jobId, newFlow(id))) as 'sealed' | 'waiting' | 'start';
    },

    async startPlanning(id) {
      await run(lua.startPlanning, id, at());
    },

    async planned(id, plan) {
      await run(lua.readingPlanned, id, plan.numTokens, plan.numChunks, plan.numBlocks);
    },

    async chunkDone(id, chunk) {
      await run(lua.chunkDone, id, chunk.index, chunk.numTokens, chunk.reused ? 1 : 0);
    },

    async sealed(id) {
      return (await run(lua.readingSealed, id, at())) as string[];
    },

    async failed(id, error) {
      return (await run(lua.readingFailed, id, JSON.stringify(error))) as string[];
    },

    async giveUp(id, jobId) {
      return Number(await run(lua.giveUpReading, id, jobId, at()));
    },

    async cancelRequested(ids) {
      if (ids.length === 0) return [];
      const pipeline = redis.pipeline();
      for (const id of ids) pipeline.hexists(keys.reading(id), 'cancelRequestedAt');
      const replies = await withRedis(() => pipeline.exec());
      return ids.filter((_, i) => {
        const [error, asked] = replies![i]!;
        if (error) throw error;
        return asked === 1;
      });
    },

    async restart(id, flow) {
      return String(await run(lua.restartReading, id, flow ?? '', newFlow(id))) || undefined;
    },

    ofDocument: (tenant, documentId) => withRedis(() => redis.smembers(keys.documentReadings(tenant, documentId))),

    async unfinished() {
      const found: ReadingRecord[] = [];
      for (const id of await withRedis(() => redis.smembers(keys.openReadings))) {
        const [reading, numWaiting] = await Promise.all([get(id), withRedis(() => redis.scard(keys.readingWaiting(id)))]);
        if (reading && (!AT_REST.has(reading.state) || numWaiting > 0)) found.push(reading);
      }
      return found;
    },

    waiting: (id) => withRedis(() => redis.smembers(keys.readingWaiting(id))),

    async remove(id) {
      await run(lua.removeReading, id);
    },
  };
}
