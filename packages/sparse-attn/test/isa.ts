// The case table on the native engine with one instruction set forced.
import { describe, expect, it } from 'vitest';
import { type AttentionEngine, resolveAttention } from '../src/index.ts';
import { describeConformance } from './conformance.ts';
import { cpuHas, forceIsa, type IsaName } from './cpu.ts';

export async function describeIsa(isa: IsaName): Promise<void> {
  forceIsa(isa);
  let engine: AttentionEngine | undefined;
  let failure: Error | undefined;
  try {
    engine = await resolveAttention(['native']);
  } catch (error) {
    failure = error as Error;
  }
  describe(`native, ${isa} forced`, () => {
    if (!cpuHas(isa)) {
      it('is refused on a machine without it, never replaced', () => expect(failure).toMatchObject({ code: 'ENGINE_UNAVAILABLE' }));
      return;
    }
    if (failure) console.error(`\n*** ${isa} is NOT tested: ${failure.message} ***\n`);
    it.runIf(process.env['CI'] || engine)('is what runs', () => {
      expect(failure).toBeUndefined();
      expect(engine!.device).toBe(isa);
    });
    if (engine) describeConformance(isa, () => engine);
  });
}
