// Divisors of the RoPE frequencies: linear scaling (one for all) times those that Llama 3's file holds as the tensor rope_freqs.weight.
import { invalidFile, unsupportedFile } from './errors.ts';
import type { Keys } from './keys.ts';
import { LIMITS } from './limits.ts';

export const ROPE_FACTORS_TENSOR = 'rope_freqs.weight';

/** undefined where all are 1. */
export function ropeFactorsOf(
  keys: Keys,
  headDim: number,
  fromTensor: Float32Array | undefined, // (headDim / 2)
): Float32Array | undefined {
  for (const [i, factor] of fromTensor?.entries() ?? []) {
    if (factor >= LIMITS.ropeFactor.min && factor <= LIMITS.ropeFactor.max) continue;
    throw invalidFile(keys.path, `value ${i} of ${ROPE_FACTORS_TENSOR} is ${factor}, not from ${LIMITS.ropeFactor.min} to ${LIMITS.ropeFactor.max}`);
  }
  const linear = linearFactor(keys);
  if (linear === 1 && !fromTensor) return undefined;
  return Float32Array.from({ length: headDim / 2 }, (_, i) => linear * (fromTensor?.[i] ?? 1));
}

/** A file that states a factor but no type means linear. */
function linearFactor(keys: Keys): number {
  const type = keys.string('rope.scaling.type') ?? 'linear';
  if (type === 'none') return 1;
  if (type !== 'linear') throw unsupportedFile(keys.path, `${keys.name('rope.scaling.type')} is ${type.slice(0, 80)}; none and linear are run`);
  const range = { min: 0, max: LIMITS.ropeFactor.max };
  const factor = keys.number('rope.scaling.factor', range) ?? keys.number('rope.scale_linear', range) ?? 0;
  if (factor === 0) return 1; // means: not scaled
  if (factor < LIMITS.ropeFactor.min) throw invalidFile(keys.path, `${keys.name('rope.scaling.factor')} is ${factor}`);
  return factor;
}
