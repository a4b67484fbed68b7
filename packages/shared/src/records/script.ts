// Runs a Lua script by its hash, and sends its text when Redis does not know it (first use, restart, failover).
import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { withRedis } from '../redis.ts';
import { LUA_KEYS } from './keys.ts';

export interface Script {
  text: string;
  sha1: string;
}

/** `body` sees the key functions of keys.ts; ARGV[1] is the prefix, so its own arguments begin at ARGV[2]. */
export function defineScript(...parts: string[]): Script {
  const text = [LUA_KEYS, ...parts].join('\n');
  return { text, sha1: createHash('sha1').update(text).digest('hex') };
}

export type ScriptReply = string | number | null | ScriptReply[];

export function runScript(redis: Redis, script: Script, prefix: string, args: ReadonlyArray<string | number>): Promise<ScriptReply> {
  return withRedis(async () => {
    try {
      return (await redis.evalsha(script.sha1, 0, prefix, ...args)) as ScriptReply;
    } catch (error) {
      if (!(error as Error).message?.startsWith('NOSCRIPT')) throw error;
      return (await redis.eval(script.text, 0, prefix, ...args)) as ScriptReply;
    }
  });
}
