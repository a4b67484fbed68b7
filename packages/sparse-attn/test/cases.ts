// The one table of cases that every attention engine, on every ISA, must agree on with the float64 specification.
import { blockTable, evenBlockStarts, quantizeKeys, type AttendArgs, type BlockLseArgs } from '../src/index.ts';
import { normals } from './random.ts';

export interface AttendCase {
  name: string;
  args: AttendArgs;
}

interface AttendShape {
  numTokens: number;
  numKeys: number;
  numHeads?: number; // 3
  numKvHeads?: number; // 1
  headDim?: number; // 64
  firstQuery?: number; // causal with the queries last
  window?: number;
  blocks?: number[][]; // one list per KV head
  softmaxScale?: number;
  queryDeviation?: number; // 1; large ones make large logits
  sameKey?: boolean; // every key the same: all scores tie
}

function attendCase(name: string, shape: AttendShape, seed: number): AttendCase {
  const { numTokens, numKeys, numHeads = 3, numKvHeads = 1, headDim = 64 } = shape;
  const k = normals(numKeys * numKvHeads * headDim, seed + 1);
  if (shape.sameKey) {
    const keySize = numKvHeads * headDim;
    for (let key = 1; key < numKeys; key++) k.copyWithin(key * keySize, 0, keySize);
  }
  return {
    name,
    args: {
      q: normals(numTokens * numHeads * headDim, seed, shape.queryDeviation ?? 1),
      k,
      v: normals(numKeys * numKvHeads * headDim, seed + 2),
      numTokens, numKeys, numHeads, numKvHeads, headDim,
      firstQuery: shape.firstQuery ?? numKeys - numTokens,
      ...(shape.window === undefined ? {} : { window: shape.window }),
      ...(shape.blocks ? { blocks: blockTable(shape.blocks) } : {}),
      ...(shape.softmaxScale === undefined ? {} : { softmaxScale: shape.softmaxScale }),
    },
  };
}

const ATTEND_SHAPES: Array<[string, AttendShape]> = [
  ['GQA group 1, headDim 32', { numTokens: 7, numKeys: 100, numHeads: 2, numKvHeads: 2, headDim: 32 }],
  ['GQA group 3, headDim 64', { numTokens: 65, numKeys: 200, numHeads: 9, numKvHeads: 3 }],
  ['GQA group 4, headDim 128', { numTokens: 5, numKeys: 130, numHeads: 8, numKvHeads: 2, headDim: 128 }],
  ['GQA group 8, headDim 80', { numTokens: 3, numKeys: 70, numHeads: 8, numKvHeads: 1, headDim: 80 }],
  ['headDim 8, as in a tiny model', { numTokens: 9, numKeys: 20, numHeads: 4, numKvHeads: 2, headDim: 8 }],
  ['one key', { numTokens: 1, numKeys: 1 }],
  ['one full block', { numTokens: 64, numKeys: 64 }],
  ['a last block of one key', { numTokens: 2, numKeys: 129 }],
  ['decode: one query over 1,037 keys', { numTokens: 1, numKeys: 1037, numHeads: 9, numKvHeads: 3 }],
  ['long: 40 queries over 1,500 keys', { numTokens: 40, numKeys: 1500 }],
  ['prefill of 300 tokens on themselves', { numTokens: 300, numKeys: 300 }],
  ['every key visible', { numTokens: 4, numKeys: 90, firstQuery: 90 }],
  ['firstQuery far beyond the keys', { numTokens: 4, numKeys: 90, firstQuery: 100_000 }],
  ['firstQuery in the middle: later keys are never visible', { numTokens: 4, numKeys: 200, firstQuery: 70 }],
  ['fewer keys than queries: the first rows see nothing', { numTokens: 70, numKeys: 40 }],
  ['no row sees a key', { numTokens: 3, numKeys: 50, firstQuery: -10 }],
  ['no keys at all', { numTokens: 3, numKeys: 0, firstQuery: 0 }],
  ['no tokens', { numTokens: 0, numKeys: 10 }],
  ['a window of one key', { numTokens: 70, numKeys: 70, window: 1 }],
  ['a window of 50 keys', { numTokens: 150, numKeys: 400, numHeads: 9, numKvHeads: 3, window: 50 }],
  ['a window of 64 keys that begins at a block', { numTokens: 128, numKeys: 128, window: 64 }],
  ['a window of 200 keys, headDim 256, one KV head', { numTokens: 40, numKeys: 500, numHeads: 4, headDim: 256, window: 200 }],
  ['a window wider than all keys', { numTokens: 40, numKeys: 100, window: 1000 }],
  ['decode in a window that begins at no block', { numTokens: 1, numKeys: 400, window: 150 }],
  ['decode in a window of whole blocks', { numTokens: 1, numKeys: 384, window: 192, blocks: [[3, 4, 5]] }],
  ['a window that leaves the keys behind', { numTokens: 100, numKeys: 90, firstQuery: 120, window: 60 }],
  ['a window over listed blocks', { numTokens: 33, numKeys: 640, window: 130, blocks: [[0, 7, 8, 9]] }],
  ['listed blocks, the last partly filled', { numTokens: 5, numKeys: 330, numKvHeads: 1, blocks: [[0, 2, 5]] }],
  ['lists that differ per KV head', { numTokens: 33, numKeys: 640, numHeads: 9, numKvHeads: 3, blocks: [[0, 9], [1, 2, 3, 8], [4]] }],
  ['an empty list beside a full one', { numTokens: 4, numKeys: 128, numHeads: 4, numKvHeads: 2, blocks: [[], [0, 1]] }],
  ['no block listed', { numTokens: 4, numKeys: 128, blocks: [[]] }],
  ['only a block that is in the future of every query', { numTokens: 4, numKeys: 256, firstQuery: 60, blocks: [[3]] }],
  ['the causal edge inside a listed block', { numTokens: 64, numKeys: 192, firstQuery: 100, blocks: [[0, 1, 2]] }],
  ['every block listed', { numTokens: 20, numKeys: 500, numHeads: 4, numKvHeads: 2, blocks: [[0, 1, 2, 3, 4, 5, 6, 7], [0, 1, 2, 3, 4, 5, 6, 7]] }],
  ['large logits, up to about +-1,000', { numTokens: 6, numKeys: 150, queryDeviation: 300 }],
  ['all scores tie', { numTokens: 5, numKeys: 100, sameKey: true }],
  ['zero queries: plain means', { numTokens: 5, numKeys: 100, queryDeviation: 0 }],
  ['a softmaxScale of its own', { numTokens: 5, numKeys: 100, softmaxScale: 0.5 }],
];

export const ATTEND_CASES: AttendCase[] = ATTEND_SHAPES.map(([name, shape], i) => attendCase(name, shape, 1000 + 10 * i));

export interface BlockLseCase {
  name: string;
  args: BlockLseArgs;
}

interface BlockLseShape {
  numQueries: number;
  numKeys: number;
  headDim?: number; // 64
  blockStarts?: number[]; // every 64 keys
  softmaxScale?: number;
  queryDeviation?: number; // 1
  zeroKeys?: boolean; // scale 0
}

function blockLseCase(name: string, shape: BlockLseShape, seed: number): BlockLseCase {
  const { numQueries, numKeys, headDim = 64 } = shape;
  const { keys, scales } = quantizeKeys(normals(numKeys * headDim, seed + 1, shape.zeroKeys ? 0 : 1), headDim);
  return {
    name,
    args: {
      q: normals(numQueries * headDim, seed, shape.queryDeviation ?? 1),
      keys, keyScales: scales, headDim,
      blockStarts: shape.blockStarts ? Int32Array.from(shape.blockStarts) : evenBlockStarts(numKeys),
      ...(shape.softmaxScale === undefined ? {} : { softmaxScale: shape.softmaxScale }),
    },
  };
}

const BLOCK_LSE_SHAPES: Array<[string, BlockLseShape]> = [
  ['one query, even blocks, the last partly filled', { numQueries: 1, numKeys: 330 }],
  ['17 queries', { numQueries: 17, numKeys: 200 }],
  ['64 queries over 1,500 keys', { numQueries: 64, numKeys: 1500 }],
  ['headDim 32', { numQueries: 5, numKeys: 100, headDim: 32 }],
  ['headDim 80', { numQueries: 5, numKeys: 100, headDim: 80 }],
  ['headDim 128', { numQueries: 5, numKeys: 100, headDim: 128 }],
  ['headDim 8, as in a tiny model', { numQueries: 3, numKeys: 20, headDim: 8 }],
  ['headDim 70, of pairs but not of quads', { numQueries: 5, numKeys: 100, headDim: 70 }],
  ['headDim 33, of no pairs', { numQueries: 5, numKeys: 100, headDim: 33 }],
  ['headDim 640, whose sums may leave 32 bits', { numQueries: 5, numKeys: 100, headDim: 640 }],
  ['ragged and empty blocks', { numQueries: 4, numKeys: 100, blockStarts: [0, 0, 1, 40, 40, 40, 97, 100, 100] }],
  ['one block longer than 64', { numQueries: 4, numKeys: 300, blockStarts: [0, 300] }],
  ['only empty blocks', { numQueries: 4, numKeys: 0, blockStarts: [0, 0, 0] }],
  ['no blocks', { numQueries: 4, numKeys: 0 }],
  ['no queries', { numQueries: 0, numKeys: 100 }],
  ['keys of zeros', { numQueries: 4, numKeys: 100, zeroKeys: true }],
  ['large logits, up to about +-1,000', { numQueries: 4, numKeys: 150, queryDeviation: 300 }],
  ['a softmaxScale of its own', { numQueries: 4, numKeys: 150, softmaxScale: 0.5 }],
];

export const BLOCK_LSE_CASES: BlockLseCase[] = BLOCK_LSE_SHAPES.map(([name, shape], i) => blockLseCase(name, shape, 5000 + 10 * i));
