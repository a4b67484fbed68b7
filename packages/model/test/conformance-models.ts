// Loads every engine on every tiny model. An engine that cannot start is a failure in CI and loud elsewhere.
import { afterAll, describe, expect, it } from 'vitest';
import { loadTransformer } from '../src/engines.ts';
import type { EngineName, ModelFile, Transformer } from '../src/contract.ts';
import { describeCases, describeRefusals } from './conformance-engine.ts';
import { TINY_SHAPES, writeTinyModel } from './tiny-model.ts';

const load = (file: ModelFile, engine: EngineName) => loadTransformer(file, { numThreads: 2, precision: 'f32', engines: [engine] });

/** `device`: what the engine must say it runs on. */
export async function describeConformance(engines: readonly EngineName[], device = ''): Promise<void> {
  const models = await Promise.all(Object.entries(TINY_SHAPES).map(async ([shape, sizes]) => {
    const model = await writeTinyModel(sizes, 42);
    return { shape, ...model, reference: await load(model.file, 'reference') };
  }));
  afterAll(() => {
    for (const { reference, remove } of models) {
      reference.dispose();
      remove();
    }
  });
  for (const engine of engines) {
    for (const { shape, file, reference } of models) {
      const { transformer, failure } = await tryLoad(file, engine);
      describe(`engine ${engine} ${device}, ${shape}`, () => {
        it.runIf(process.env['CI'] || transformer)('starts', () => {
          expect(failure).toBeUndefined();
          expect(transformer!.engine).toBe(engine);
          expect(transformer!.device).toContain(device);
        });
        if (!transformer) return;
        afterAll(() => transformer.dispose());
        if (engine !== 'reference') describeCases(transformer, reference);
        describeRefusals(transformer);
      });
    }
  }
}

async function tryLoad(file: ModelFile, engine: EngineName): Promise<{ transformer?: Transformer; failure?: string }> {
  try {
    return { transformer: await load(file, engine) };
  } catch (error) {
    const failure = (error as Error).message;
    console.error(`\n*** engine ${engine} is NOT tested: ${failure} ***\n`);
    return { failure };
  }
}
