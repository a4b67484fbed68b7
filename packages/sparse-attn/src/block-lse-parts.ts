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

/** In the engine where it can, else from its log-sum-exps. */
export async function addBlockScores(engine: AttentionEngine, args: BlockScoresArgs): Promise<void> {
  if (engine.addBlockScores !== undefined) return engine.addBlockScores(args);
  const lse = await blockLseParts(engine, args);
  const numQueries = args.z.length;
  for (let b = 0; b < args.scores.length; b++) {
    let score = 0;
    for (let i = 0; i < numQueries; i++) {
      const extra = args.extraOf[b] < 0 ? 0 : args.extra[args.extraOf[b] * numQueries + i];
      score += Math.log(Math.exp(lse[b * numQueries + i] - args.z[i]) + extra + args.floor);
    }
    args.scores[b] += args.weight * score;
  }
}
