// Positions of chosen blocks: they are read in document order, one after the other without gaps, wherever they lie in the document.
import assert from 'node:assert';

export interface PlacedBlocks {
  /** Position of the first key of blocks[i]. */
  firstPositions: Int32Array; // (blocks.length)
  /** Position after the last key. */
  end: number;
}

/** Blocks 1 and 3 of starts 0, 64, 128, 192, 200, placed from position 10: 10 and 74, end 82. */
export function placeBlocks(blocks: ArrayLike<number>, blockStarts: Int32Array, firstPosition: number): PlacedBlocks {
  const firstPositions = new Int32Array(blocks.length);
  let position = firstPosition;
  for (let i = 0; i < blocks.length; i++) {
    const block = blocks[i];
    assert(block >= 0 && block + 1 < blockStarts.length, `block ${block} of ${blockStarts.length - 1}`);
    assert(i === 0 || blocks[i - 1] < block, `blocks ${blocks[i - 1]}, ${block} are not in document order`);
    firstPositions[i] = position;
    position += blockStarts[block + 1] - blockStarts[block];
  }
  return { firstPositions, end: position };
}
