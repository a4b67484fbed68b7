// The native attention engine: checks ranges, hands typed arrays to the addon. Synchronous, on the calling thread.
import assert from 'node:assert';
import type { AttendArgs, AttendResult, AttentionEngine, BlockLsePartsArgs, BlockScoresArgs, DotPartsArgs } from '../contract.ts';
import { checkAttendArgs, checkBlockLseArgs, checkQueries } from '../validate.ts';
import { type IsaAddon, loadAddon } from './load-addon.ts';

type PartsCall = [
  q: Float32Array, keys: Int8Array[], keyScales: Float32Array[], blockStarts: Int32Array[], headDim: number, softmaxScale: number, maxThreads: number,
];

/** Every export, in the order of native/src/addon.cpp. */
interface SparseAttnAddon extends IsaAddon {
  attend(
    q: Float32Array, k: Float32Array, v: Float32Array, out: Float32Array, lse: Float32Array,
    offsets: Int32Array | null, ids: Int32Array | null,
    numTokens: number, numKeys: number, numHeads: number, numKvHeads: number, headDim: number,
    softmaxScale: number, firstQuery: number, window: number,
  ): void;
  blockLseParts(...args: [...PartsCall, exact: boolean, out: Float32Array]): void;
  startBlockScores(
    q: Float32Array[], kvHeads: Int32Array, z: Float32Array[], extra: Float32Array[], weights: Float64Array,
    keys: Int8Array[], keyScales: Float32Array[], blockStarts: Int32Array[], headDim: number, softmaxScale: number, maxThreads: number,
    extraOf: Int32Array, floor: number, scores: Float64Array,
  ): () => void;
  dotParts(q: Float32Array, rows: Int8Array[], scales: Float32Array[], maxThreads: number, out: Float64Array): void;
}

/** Throws ENGINE_UNAVAILABLE where the addon is not built or the forced instruction set is not there. */
export async function createNativeAttention(numThreads = 1): Promise<AttentionEngine> {
  const { addon, isa } = loadAddon<SparseAttnAddon>('sparse_attn', import.meta.url);
  return {
    name: 'native', device: isa, attend: (args) => attend(addon, args),
    blockLseParts: (args) => blockLseParts(addon, args, { numThreads, exact: false }),
    startBlockScores: (args) => startBlockScores(addon, args, numThreads),
    dotParts: (args) => dotParts(addon, args, numThreads),
    blockLse: (args) => {
      checkBlockLseArgs(args);
      return blockLseParts(addon, { ...args, parts: [args] }, { numThreads: 1, exact: true });
    },
  };
}

function attend(addon: SparseAttnAddon, args: AttendArgs): AttendResult {
  checkAttendArgs(args);
  const { q, k, v, numTokens, numKeys, numHeads, numKvHeads, headDim, firstQuery, blocks } = args;
  const out = new Float32Array(q.length); // (numTokens, numHeads, headDim)
  const lse = new Float32Array(numTokens * numHeads); // (numTokens, numHeads)
  addon.attend(
    q, k, v, out, lse, blocks?.offsets ?? null, blocks?.ids ?? null,
    numTokens, numKeys, numHeads, numKvHeads, headDim, args.softmaxScale ?? 1 / Math.sqrt(headDim), firstQuery, args.window ?? 0,
  );
  return { out, lse };
}

/** The addon checks each part, so that a scan of thousands of blocks is not checked block by block here. */
function partsCall({ q, headDim, parts, softmaxScale }: BlockLsePartsArgs, numThreads: number): PartsCall {
  checkQueries(q, headDim);
  return [
    q, parts.map((part) => part.keys), parts.map((part) => part.keyScales), parts.map((part) => part.blockStarts), headDim,
    softmaxScale ?? 1 / Math.sqrt(headDim), numThreads,
  ];
}

function blockLseParts(addon: SparseAttnAddon, args: BlockLsePartsArgs, { numThreads, exact }: { numThreads: number; exact: boolean }): Float32Array {
  const call = partsCall(args, numThreads);
  const numBlocks = args.parts.reduce((sum, { blockStarts }) => sum + blockStarts.length - 1, 0);
  const out = new Float32Array(numBlocks * (args.q.length / args.headDim)); // (numBlocks, numQueries)
  addon.blockLseParts(...call, exact, out);
  return out;
}

function startBlockScores(addon: SparseAttnAddon, { heads, headDim, softmaxScale, parts, extraOf, floor, scores }: BlockScoresArgs, numThreads: number): () => void {
  for (const { q } of heads) checkQueries(q, headDim);
  return addon.startBlockScores(
    heads.map(({ q }) => q), Int32Array.from(heads, ({ kvHead }) => kvHead), heads.map(({ z }) => z), heads.map(({ extra }) => extra),
    Float64Array.from(heads, ({ weight }) => weight),
    parts.map(({ keys }) => keys), parts.map(({ keyScales }) => keyScales), parts.map(({ blockStarts }) => blockStarts), headDim,
    softmaxScale ?? 1 / Math.sqrt(headDim), numThreads, extraOf, floor, scores,
  );
}

function dotParts(addon: SparseAttnAddon, { q, parts }: DotPartsArgs, numThreads: number): Float64Array {
  assert(q.every(Number.isFinite), 'q has values that are no numbers');
  const out = new Float64Array(parts.reduce((sum, { scales }) => sum + scales.length, 0)); // (rows of all parts)
  addon.dotParts(q, parts.map(({ rows }) => rows), parts.map(({ scales }) => scales), numThreads, out);
  return out;
}
