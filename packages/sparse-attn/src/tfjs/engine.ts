// Block-sparse attention in TensorFlow.js operations. Synchronous, on the calling thread (TensorFlow has threads of its own).
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { BLOCK_SIZE, type AttendArgs, type AttendResult, type AttentionEngine, type BlockLseArgs } from '../contract.ts';
import { checkAttendArgs, checkBlockLseArgs } from '../validate.ts';
import { attendTiles, type KeyTile, MASKED, MAX_SCORES } from './attend-tiles.ts';
import { startTfjs, type Tf } from './backend.ts';
import { blockLseRows } from './block-lse.ts';

/** Longest run of neighbouring blocks that is one tile. */
const MAX_TILE_KEYS = 512;

interface KeyRange { from: number; to: number } // keys [from, to)

/** Throws ENGINE_UNAVAILABLE where TensorFlow.js cannot start. */
export async function createTfjsAttention(): Promise<AttentionEngine> {
  const { tf, device } = await startTfjs();
  return { name: 'tfjs', device, attend: (args) => attend(tf, args), blockLse: (args) => blockLse(tf, args) };
}

function attend(tf: Tf, args: AttendArgs): AttendResult {
  checkAttendArgs(args);
  const { q, numTokens, numHeads, numKvHeads } = args;
  const result = { out: new Float32Array(q.length), lse: new Float32Array(numTokens * numHeads).fill(Number.NEGATIVE_INFINITY) };
  for (let kvHead = 0; kvHead < numKvHeads; kvHead++) attendKvHead(tf, args, kvHead, result);
  return result;
}

/** The group's heads are rows of one product: row token * groupSize + head. */
function attendKvHead(tf: Tf, args: AttendArgs, kvHead: number, result: AttendResult): void {
  const { q, numTokens, numHeads, numKvHeads, headDim } = args;
  const groupSize = numHeads / numKvHeads;
  const ranges = keyRanges(args, kvHead);
  const numKeys = ranges.reduce((sum, { from, to }) => sum + to - from, 0);
  if (numKeys === 0) return;
  tf.tidy(() => {
    const tiles = ranges.map((range) => ({
      ...range, keys: tf.transpose(headRows(tf, args.k, args, kvHead, range)), values: headRows(tf, args.v, args, kvHead, range),
    }));
    const tokensPerPass = Math.max(1, Math.floor(MAX_SCORES / (groupSize * numKeys)));
    for (let first = 0; first < numTokens; first += tokensPerPass) {
      const count = Math.min(tokensPerPass, numTokens - first);
      const rows = new Float32Array(count * groupSize * headDim); // (count, groupSize, headDim)
      const rowStart = (token: number) => ((first + token) * numHeads + kvHead * groupSize) * headDim;
      for (let token = 0; token < count; token++) rows.set(q.subarray(rowStart(token), rowStart(token) + groupSize * headDim), token * groupSize * headDim);
      const { out, lse } = attendRows(tf, args, rows, first, tiles);
      for (let token = 0; token < count; token++) {
        const row = token * groupSize;
        result.out.set(out.subarray(row * headDim, (row + groupSize) * headDim), rowStart(token));
        result.lse.set(lse.subarray(row, row + groupSize), rowStart(token) / headDim);
      }
    }
  });
}

function attendRows(
  tf: Tf, args: AttendArgs,
  rows: Float32Array, // (tokens x heads of the group, headDim)
  firstToken: number,
  tiles: ReadonlyArray<KeyTile & KeyRange>,
): AttendResult {
  const { headDim, softmaxScale = 1 / Math.sqrt(headDim) } = args;
  const numRows = rows.length / headDim;
  const groupSize = args.numHeads / args.numKvHeads;
  return tf.tidy(() => {
    const q = tf.mul(tf.tensor2d(rows, [numRows, headDim]), softmaxScale) as Tensor2D;
    const masked = tiles.map((tile) => ({ ...tile, mask: maskOf(tf, args, firstToken, numRows, groupSize, tile) }));
    const attended = attendTiles(tf, q, masked);
    const out = attended.out.dataSync<'float32'>().slice();
    const lse = tf.add(attended.max, tf.log(attended.sum)).dataSync<'float32'>().slice();
    for (let row = 0; row < numRows; row++) {
      if (lse[row] > MASKED / 2) continue;
      lse[row] = Number.NEGATIVE_INFINITY; // no key was visible
      out.fill(0, row * headDim, (row + 1) * headDim);
    }
    return { out, lse };
  });
}

function maskOf(tf: Tf, { firstQuery, window = Number.POSITIVE_INFINITY }: AttendArgs, firstToken: number, numRows: number, groupSize: number, { from, to }: KeyRange) {
  const mask = new Float32Array(numRows * (to - from)); // (numRows, to - from)
  let isNeeded = false;
  for (let row = 0; row < numRows; row++) {
    const last = firstQuery + firstToken + Math.floor(row / groupSize);
    for (let key = from; key < to; key++) {
      if (key <= last && key > last - window) continue;
      mask[row * (to - from) + key - from] = MASKED;
      isNeeded = true;
    }
  }
  return isNeeded ? tf.tensor2d(mask, [numRows, to - from]) : undefined;
}

/** Keys that this KV head may read, neighbouring blocks together. */
function keyRanges({ blocks, numKeys }: AttendArgs, kvHead: number): KeyRange[] {
  const ids = blocks ? blocks.ids.subarray(blocks.offsets[kvHead], blocks.offsets[kvHead + 1]) : Int32Array.from({ length: Math.ceil(numKeys / BLOCK_SIZE) }, (_, i) => i);
  const ranges: KeyRange[] = [];
  for (const block of ids) {
    const range = { from: block * BLOCK_SIZE, to: Math.min(numKeys, (block + 1) * BLOCK_SIZE) };
    const last = ranges.at(-1);
    if (last && last.to === range.from && range.to - last.from <= MAX_TILE_KEYS) last.to = range.to;
    else ranges.push(range);
  }
  return ranges;
}

/** One KV head's rows of k or v: (to - from, headDim). */
function headRows(tf: Tf, x: Float32Array, { numKvHeads, headDim }: AttendArgs, kvHead: number, { from, to }: KeyRange): Tensor2D {
  const rows = new Float32Array((to - from) * headDim);
  for (let key = from; key < to; key++) {
    const start = (key * numKvHeads + kvHead) * headDim;
    rows.set(x.subarray(start, start + headDim), (key - from) * headDim);
  }
  return tf.tensor2d(rows, [to - from, headDim]);
}

function blockLse(tf: Tf, args: BlockLseArgs): Float32Array {
  checkBlockLseArgs(args);
  const { q, keys, keyScales, blockStarts, headDim, softmaxScale = 1 / Math.sqrt(headDim) } = args;
  return tf.tidy(() => blockLseRows(tf, tf.mul(tf.tensor2d(q, [q.length / headDim, headDim]), softmaxScale) as Tensor2D, (key, target, at) => {
    for (let d = 0; d < headDim; d++) target[at + d] = keys[key * headDim + d] * keyScales[key];
  }, blockStarts));
}
