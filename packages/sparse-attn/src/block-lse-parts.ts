// The scan of an index with any engine: log-sum-exps of blocks in several places, or a score for each block.
import type { AttentionEngine, BlockLsePartsArgs, BlockScoresArgs } from './contract.ts';

/** (blocks of all parts, numQueries): at once where the engine can, else one part after the other. */
export async function blockLseParts(engine: AttentionEngine, args: BlockLsePartsArgs): Promise<Float32Array> {
  if (engine.blockLseParts !== undefined) return engine.blockLseParts(args);
  const { parts, ...rest } = args;
  const numQueries = args.q.length / args.headDim;
  const all = new Float32Array(parts.reduce((sum, { blockStarts }) => sum + blockStarts.length - 1, 0) * numQueries);
  let at = 0;
  for (const part of parts) {
    const lse = await engine.blockLse({ ...rest, ...part });
    all.set(lse, at);
    at += lse.length;
  }
  return all;
}

/** Begins where the engine can; what is returned ends it, and must be called before the arguments change. */
export function startBlockScores(engine: AttentionEngine, args: BlockScoresArgs): () => Promise<void> {
  const end = engine.startBlockScores?.(args) ?? (() => scoresFromLse(engine, args));
  return async () => end();
}

export const addBlockScores = (engine: AttentionEngine, args: BlockScoresArgs): Promise<void> => startBlockScores(engine, args)();

async function scoresFromLse(engine: AttentionEngine, args: BlockScoresArgs): Promise<void> {
  const { headDim, extraOf, floor, scores, softmaxScale } = args;
  for (const { q, kvHead, z, extra, weight } of args.heads) {
    const parts = args.parts.map(({ keys, keyScales, blockStarts }) => {
      const numKeys = blockStarts[blockStarts.length - 1];
      const [from, to] = [kvHead * numKeys, (kvHead + 1) * numKeys];
      return { keys: keys.subarray(from * headDim, to * headDim), keyScales: keyScales.subarray(from, to), blockStarts };
    });
    const lse = await blockLseParts(engine, { q, headDim, parts, ...(softmaxScale === undefined ? {} : { softmaxScale }) });
    const numQueries = z.length;
    for (let b = 0; b < scores.length; b++) {
      let score = 0;
      for (let i = 0; i < numQueries; i++) {
        const shared = extraOf[b] < 0 ? 0 : extra[extraOf[b] * numQueries + i];
        score += Math.log(Math.exp(lse[b * numQueries + i] - z[i]) + shared + floor);
      }
      scores[b] += weight * score;
    }
  }
}
