// Block scores over several places, with any engine.
import type { AttentionEngine, BlockLsePartsArgs } from './contract.ts';

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
