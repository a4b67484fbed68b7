// At which positions stored keys stand, seen from the new tokens. An engine places stored keys contiguously; another place is that much turn
// of a key beforehand, for rotations add up: R(p) R(p' - p) k = R(p') k.
import { type EncodedBlocks, ropeOf, type TransformerConfig, windowOf } from '@lectern/model';
import { rotate } from '@lectern/sparse-attn';

/**
 * contiguous: one behind the other, after the prefix. chunk-local: where each was when it was encoded, so that several stand at the same
 * place; the new tokens follow the highest. capped: all at one distance before the new tokens.
 */
export const SCHEMES = ['contiguous', 'chunk-local', 'capped'] as const;
export type Scheme = (typeof SCHEMES)[number];

/** Of the capped scheme, tokens: beyond the new ones' own reach. */
export const CAPPED_DISTANCE = 512;

export interface Placed {
  numPrefix: number;
  /** Position of each stored token when it was encoded, prefix included. */
  local: Int32Array; // (numTokens)
}

/** Turn of each key, in positions: first the prefix's, then the stored tokens'. */
export function turnsOf(scheme: Scheme, { numPrefix, local }: Placed): Int32Array {
  const turns = new Int32Array(numPrefix + local.length);
  if (scheme === 'contiguous') return turns;
  const firstNew = numPrefix + local.length; // where the engine puts the first new token
  if (scheme === 'capped') return turns.map((_, i) => (i < numPrefix ? 0 : firstNew - CAPPED_DISTANCE - i));
  // New tokens would stand at next: all that stands before them is moved along.
  const next = local.reduce((most, position) => Math.max(most, position), numPrefix - 1) + 1;
  return turns.map((_, i) => firstNew - next + (i < numPrefix ? i : local[i - numPrefix]!) - i);
}

type Stored = EncodedBlocks & { values: Float32Array };

/**
 * Prefix and stored tokens as one, keys turned. In sliding layers nothing is turned: their window counts the engine's positions.
 * Both must hold the same heads in the same order.
 */
export function placeBlocks(prefix: Stored, stored: Stored, turns: Int32Array, config: TransformerConfig): Stored {
  const { headDim } = config;
  const numTokens = prefix.numTokens + stored.numTokens;
  const joined = { numTokens, heads: stored.heads, keys: new Float32Array(stored.heads.length * numTokens * headDim), values: new Float32Array(stored.heads.length * numTokens * headDim) };
  for (const [head, { layer }] of stored.heads.entries()) {
    const at = head * numTokens * headDim;
    for (const name of ['keys', 'values'] as const) {
      joined[name].set(prefix[name].subarray(head * prefix.numTokens * headDim, (head + 1) * prefix.numTokens * headDim), at);
      joined[name].set(stored[name].subarray(head * stored.numTokens * headDim, (head + 1) * stored.numTokens * headDim), at + prefix.numTokens * headDim);
    }
    if (windowOf(config, layer) !== undefined) continue;
    const rope = ropeOf(config, layer);
    for (const [i, turn] of turns.entries()) if (turn !== 0) rotate(joined.keys.subarray(at + i * headDim, at + (i + 1) * headDim), turn, rope);
  }
  return joined;
}
