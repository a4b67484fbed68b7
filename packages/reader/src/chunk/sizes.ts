// How long chunks are with a given model: 512-2,048 tokens, never beyond half of the trained window.
import { ServiceError } from '@lectern/shared';
import type { ChunkSizes } from './cutter.ts';

const OVERLAP_TOKENS = 128;
const MIN_TOKENS = 512;
export const MAX_CHUNK_TOKENS = 2048;

export function chunkSizes(contextLength: number, numPrefixTokens: number): ChunkSizes {
  const maxTokens = Math.min(MAX_CHUNK_TOKENS, Math.floor(contextLength / 2) - numPrefixTokens - OVERLAP_TOKENS);
  if (maxTokens < 2 * OVERLAP_TOKENS) {
    throw new ServiceError('MODEL_UNSUPPORTED', `a window of ${contextLength} tokens is too short to read chunks of at least ${2 * OVERLAP_TOKENS} tokens in half of it`, {
      details: { contextLength, prefix: numPrefixTokens },
    });
  }
  const minTokens = Math.min(MIN_TOKENS, maxTokens >> 2);
  return { minTokens, maxTokens, meanBeyondMin: minTokens, overlapTokens: OVERLAP_TOKENS };
}
