// The native engine with one instruction set forced, over the tables.
import { expect, it } from 'vitest';
import { cpuHas, forceIsa, type IsaName } from '../../sparse-attn/test/cpu.ts';
import { loadTransformer } from '../src/engines.ts';
import { describeConformance } from './conformance-models.ts';
import { TINY_SHAPES, writeTinyModel } from './tiny-model.ts';

export async function describeForced(isa: IsaName): Promise<void> {
  forceIsa(isa);
  if (cpuHas(isa)) return describeConformance(['native'], isa);
  it(`${isa} is refused on a machine without it, never replaced`, async () => {
    const { file, remove } = await writeTinyModel(Object.values(TINY_SHAPES)[0], 42);
    await expect(loadTransformer(file, { numThreads: 1, precision: 'f32', engines: ['native'] })).rejects.toThrow();
    remove();
  });
}
