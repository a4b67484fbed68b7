// Arithmetic of blocks: where they start, how many there are, which keys they hold. Pure; no scores, no tensors.
import assert from 'node:assert';
import { BLOCK_SIZE, type BlockTable } from './contract.ts';

/** 130 keys are 3 blocks of at most 64. */
export function countBlocks(numKeys: number, blockSize: number = BLOCK_SIZE): number {
  return Math.ceil(numKeys / blockSize);
}

/** [start, end) of the keys of block b where every block but the last is full: block 2 of 130 keys is [128, 130). */
export function blockRange(block: number, numKeys: number, blockSize: number = BLOCK_SIZE): { start: number; end: number } {
  assert(block >= 0 && block < countBlocks(numKeys, blockSize), `block ${block} of ${countBlocks(numKeys, blockSize)}`);
  return { start: block * blockSize, end: Math.min(numKeys, (block + 1) * blockSize) };
}

/** Starts of blocks that are cut every blockSize keys: 130 keys give 0, 64, 128, 130. */
export function evenBlockStarts(numKeys: number, blockSize: number = BLOCK_SIZE): Int32Array {
  const starts = new Int32Array(countBlocks(numKeys, blockSize) + 1); // (numBlocks + 1)
  for (let block = 0; block < starts.length; block++) starts[block] = Math.min(numKeys, block * blockSize);
  return starts;
}

/** Throws unless the starts run from 0 to numKeys without falling; equal neighbours are an empty block. */
export function checkBlockStarts(starts: Int32Array, numKeys: number, maxBlockSize = Number.POSITIVE_INFINITY): void {
  assert(starts.length >= 1, 'blockStarts holds nothing: it needs numBlocks + 1 entries');
  assert(starts[0] === 0, `blockStarts begins with ${starts[0]}, not 0`);
  assert(starts[starts.length - 1] === numKeys, `blockStarts ends with ${starts[starts.length - 1]}, but there are ${numKeys} keys`);
  for (let block = 1; block < starts.length; block++) {
    const size = starts[block] - starts[block - 1];
    assert(size >= 0, `blockStarts falls from ${starts[block - 1]} to ${starts[block]}`);
    assert(size <= maxBlockSize, `block ${block - 1} holds ${size} keys, the limit is ${maxBlockSize}`);
  }
}

/** Throws unless the table has one list per KV head, each ascending, unique and inside [0, numBlocks). */
export function checkBlockTable(table: BlockTable, numKvHeads: number, numBlocks: number): void {
  const { offsets, ids } = table;
  assert(offsets.length === numKvHeads + 1, `block table has ${offsets.length} offsets for ${numKvHeads} KV heads`);
  assert(offsets[0] === 0 && offsets[numKvHeads] === ids.length, `block table offsets do not cover its ${ids.length} ids`);
  for (let head = 0; head < numKvHeads; head++) {
    assert(offsets[head] <= offsets[head + 1], `block table offsets fall at KV head ${head}`);
    for (let i = offsets[head]; i < offsets[head + 1]; i++) {
      assert(ids[i] >= 0 && ids[i] < numBlocks, `block ${ids[i]} of ${numBlocks} listed for KV head ${head}`);
      assert(i === offsets[head] || ids[i - 1] < ids[i], `blocks of KV head ${head} are not ascending and unique`);
    }
  }
}

/** One list of blocks per KV head -> CSR. */
export function blockTable(lists: readonly ArrayLike<number>[]): BlockTable {
  const offsets = new Int32Array(lists.length + 1); // (numKvHeads + 1)
  for (const [head, list] of lists.entries()) offsets[head + 1] = offsets[head] + list.length;
  const ids = new Int32Array(offsets[lists.length]);
  for (const [head, list] of lists.entries()) ids.set(list, offsets[head]);
  return { offsets, ids };
}
