// Gemma 3 (text): norms before and after each step, GeGLU, scaled embeddings, five sliding layers to one full. Its file already holds
// the norms' weights with 1 added.
import { invalidFile } from '../errors.ts';
import type { Keys } from '../keys.ts';
import { LIMITS } from '../limits.ts';
import type { Architecture } from './architecture.ts';
import type { TransformerConfig } from '../../contract.ts';

const SLIDING_PERIOD = 6;
const SLIDING_ROPE_THETA = 10_000;
/** The 27B model alone scales by its width over its heads; no key says so, its number of layers does. */
const NUM_LAYERS_27B = 62;

export const gemma3: Architecture = {
  ropeStyle: 'halves',
  neutral: [['attn_logit_softcapping', 0], ['final_logit_softcapping', 0]],
  features(keys, { numLayers, dim, numHeads }) {
    const numTokens = keys.integer('attention.sliding_window', { min: 0, max: LIMITS.contextLength.max }) ?? 0;
    const ropeTheta = keys.number('rope.freq_base_swa', LIMITS.ropeTheta) ?? SLIDING_ROPE_THETA;
    const layers = slidingLayers(keys, numLayers);
    return {
      qkNorm: true, activation: 'gelu', postNorms: true, embeddingScale: Math.sqrt(dim),
      ...(numLayers === NUM_LAYERS_27B ? { softmaxScale: 1 / Math.sqrt(dim / numHeads) } : {}),
      ...(numTokens > 0 && layers.includes(true) ? { slidingWindow: { numTokens, layers, ropeTheta } } : {}),
    };
  },
};

/** The key is a period p (every p-th layer is full; 0: none) or one boolean per layer. */
function slidingLayers(keys: Keys, numLayers: number): NonNullable<TransformerConfig['slidingWindow']>['layers'] {
  const key = 'attention.sliding_window_pattern';
  if (Array.isArray(keys.value(key))) {
    const listed = keys.booleans(key) as boolean[];
    if (listed.length !== numLayers) throw invalidFile(keys.path, `${keys.name(key)} has ${listed.length} values for ${numLayers} layers`, { key });
    return listed;
  }
  const period = keys.integer(key, { min: 0, max: LIMITS.numLayers.max }) ?? SLIDING_PERIOD;
  return Array.from({ length: numLayers }, (_, layer) => period === 0 || layer % period < period - 1);
}
