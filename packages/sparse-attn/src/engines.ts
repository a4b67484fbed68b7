// The table of attention engines: the only place that knows them by name. Each is imported when it is tried.
import { ServiceError } from '@lectern/shared';
import type { AttentionEngine, AttentionEngineName, MaybePromise } from './contract.ts';

const ENGINES: Record<AttentionEngineName, (numThreads: number) => MaybePromise<AttentionEngine>> = {
  native: async (numThreads) => (await import('./native/engine.ts')).createNativeAttention(numThreads),
  tfjs: async () => (await import('./tfjs/engine.ts')).createTfjsAttention(),
  reference: async () => (await import('./reference/attention.ts')).createReferenceAttention(),
};

/** All engines, best first. */
export const ATTENTION_ENGINES: readonly AttentionEngineName[] = ['native', 'tfjs', 'reference'];

/**
 * Starts the first engine that works. `onUnavailable` hears of each that did not, so that a slower engine is never a surprise;
 * when none works, ENGINE_UNAVAILABLE says why for each. `numThreads`: of one call, the caller's included, where the engine has threads.
 */
export async function resolveAttention(
  order: readonly AttentionEngineName[] = ATTENTION_ENGINES,
  onUnavailable?: (engine: AttentionEngineName, reason: string) => void,
  numThreads = 1,
): Promise<AttentionEngine> {
  const reasons: string[] = [];
  let cause: unknown;
  for (const name of order) {
    try {
      if (!Object.hasOwn(ENGINES, name)) throw new Error(`there is no such engine; there are ${ATTENTION_ENGINES.join(', ')}`);
      return await ENGINES[name](numThreads);
    } catch (error) {
      cause = error;
      const reason = error instanceof Error ? error.message : String(error);
      reasons.push(`${name}: ${reason}`);
      onUnavailable?.(name, reason);
    }
  }
  throw new ServiceError('ENGINE_UNAVAILABLE', `no attention engine could start (${reasons.join('; ') || 'none was asked for'})`, { cause });
}
