// The case table on the tfjs engine with one back end forced. One that cannot start is a failure in CI and loud elsewhere.
import { describe, expect, it } from 'vitest';
import { type AttentionEngine, resolveAttention } from '../src/index.ts';
import { startTfjs } from '../src/tfjs/index.ts';
import { ATTEND_CASES, BLOCK_LSE_CASES } from './cases.ts';
import { describeConformance } from './conformance.ts';

export async function describeTfjs(backend: 'tensorflow' | 'wasm'): Promise<void> {
  process.env['TFJS_BACKEND'] = backend;
  let engine: AttentionEngine | undefined;
  let failure: Error | undefined;
  try {
    engine = await resolveAttention(['tfjs']);
  } catch (error) {
    failure = error as Error;
    console.error(`\n*** tfjs on ${backend} is NOT tested: ${failure.message} ***\n`);
  }
  describe(`tfjs, ${backend} forced`, () => {
    it.runIf(process.env['CI'] || engine)('is what runs', () => {
      expect(failure).toBeUndefined();
      expect(engine!.name).toBe('tfjs');
      expect(engine!.device).toContain(backend);
    });
    if (!engine) return;
    describeConformance(backend, () => engine);

    it('leaves no tensor behind', async () => {
      const { tf } = await startTfjs();
      const before = tf.memory().numTensors;
      for (const { args } of ATTEND_CASES) await engine.attend(args);
      for (const { args } of BLOCK_LSE_CASES) await engine.blockLse(args);
      expect(tf.memory().numTensors).toBe(before);
    });
  });
}
