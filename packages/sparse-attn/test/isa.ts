// One instruction set, forced. Each test file is a process of its own (vitest pool 'forks'), so setting the environment here is safe.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type AttentionEngine, resolveAttention } from '../src/index.ts';
import { describeConformance } from './conformance.ts';

export type IsaName = 'scalar' | 'avx2' | 'avx512';

const CPU_FLAGS: Record<IsaName, string[]> = { scalar: [], avx2: ['avx2', 'fma'], avx512: ['avx512f', 'avx512bw', 'avx512dq', 'avx512vl'] };

/** By the kernel's list, independently of the addon's own detection; undefined where there is no such list. */
export function cpuHas(isa: IsaName): boolean | undefined {
  if (isa === 'scalar') return true;
  if (!existsSync('/proc/cpuinfo')) return undefined;
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.trim().split(/\s+/) ?? [];
  return CPU_FLAGS[isa].every((flag) => flags.includes(flag));
}

export function forceIsa(isa: IsaName): void {
  process.env['LECTERN_ISA'] = isa;
}

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
