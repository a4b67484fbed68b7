// The table of transformer engines: the only place that knows them by name. Each is imported when it is tried.
import { ServiceError } from '@lectern/shared';
import type { EngineName, LoadOptions, ModelFile, Transformer } from './contract.ts';

type Load = (file: ModelFile, options: LoadOptions) => Promise<Transformer> | Transformer;

const ENGINES: Record<EngineName, () => Promise<Load>> = {
  native: async () => (await import('./native/engine.ts')).createNativeTransformer,
  tfjs: async () => (await import('./tfjs/engine.ts')).createTfjsTransformer,
  reference: async () => (await import('./reference/transformer.ts')).createReferenceTransformer,
};

/** All engines, best first. */
export const TRANSFORMER_ENGINES: readonly EngineName[] = ['native', 'tfjs', 'reference'];

/**
 * Loads the model into the first engine that works. `onUnavailable` hears of each that did not, so that a slower engine is never a
 * surprise; when none works, ENGINE_UNAVAILABLE says why for each. A broken model file is no engine's fault: that error passes through.
 */
export async function loadTransformer(
  file: ModelFile,
  options: LoadOptions,
  onUnavailable?: (engine: EngineName, reason: string) => void,
): Promise<Transformer> {
  const reasons: string[] = [];
  let cause: unknown;
  for (const name of options.engines ?? TRANSFORMER_ENGINES) {
    try {
      if (!Object.hasOwn(ENGINES, name)) throw new Error(`there is no such engine; there are ${TRANSFORMER_ENGINES.join(', ')}`);
      const load = await ENGINES[name]();
      return await load(file, options);
    } catch (error) {
      if (error instanceof ServiceError && error.code === 'MODEL_FILE_INVALID') throw error;
      cause = error;
      const reason = error instanceof Error ? error.message : String(error);
      reasons.push(`${name}: ${reason}`);
      onUnavailable?.(name, reason);
    }
  }
  throw new ServiceError('ENGINE_UNAVAILABLE', `no engine could load ${file.path} (${reasons.join('; ') || 'none was asked for'})`, { cause });
}
