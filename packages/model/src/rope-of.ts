// What differs from layer to layer: RoPE, the window, and the scale of scores. All that knows them asks here.
import type { Rope } from '@lectern/sparse-attn';
import type { TransformerConfig } from './contract.ts';

/** Sliding layers have a base of their own and no factors. */
export function ropeOf(config: TransformerConfig, layer: number): Rope {
  const { headDim, ropeStyle, ropeFactors, slidingWindow } = config;
  if (slidingWindow?.layers[layer]) return { headDim, ropeStyle, ropeTheta: slidingWindow.ropeTheta };
  return { headDim, ropeStyle, ropeTheta: config.ropeTheta, ...(ropeFactors ? { ropeFactors } : {}) };
}

/** Keys that a query of this layer sees, its own included; undefined: all before it. */
export function windowOf({ slidingWindow }: TransformerConfig, layer: number): number | undefined {
  return slidingWindow?.layers[layer] ? slidingWindow.numTokens : undefined;
}

export function softmaxScaleOf({ softmaxScale, headDim }: TransformerConfig): number {
  return softmaxScale ?? 1 / Math.sqrt(headDim);
}
