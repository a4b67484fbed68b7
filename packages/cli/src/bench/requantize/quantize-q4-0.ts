// Values -> GGML's Q4_0, by ggml's own rule (quantize_row_q4_0_ref): the value of largest magnitude becomes code 0, that is -8 d.
import assert from 'node:assert';
import { halfBits } from './float16.ts';

const BLOCK_VALUES = 32;
const BLOCK_BYTES = 18;

/** Blocks of a half d and 16 bytes, value i in the low half of byte i, value i + 16 in the high: value = d (code - 8). */
export function quantizeQ4_0(values: Float32Array): Uint8Array {
  assert(values.length % BLOCK_VALUES === 0, `${values.length} values are no whole number of blocks of ${BLOCK_VALUES}`);
  const numBlocks = values.length / BLOCK_VALUES;
  const out = new Uint8Array(numBlocks * BLOCK_BYTES);
  for (let block = 0; block < numBlocks; block++) {
    const from = block * BLOCK_VALUES;
    const to = block * BLOCK_BYTES;
    const d = Math.fround(largest(values, from) / -8);
    const inverse = d === 0 ? 0 : Math.fround(1 / d); // of d as computed, not as the half that is stored
    const half = halfBits(d);
    out[to] = half & 255;
    out[to + 1] = half >> 8;
    for (let i = 0; i < BLOCK_VALUES / 2; i++) {
      out[to + 2 + i] = code(values[from + i]!, inverse) | (code(values[from + i + BLOCK_VALUES / 2]!, inverse) << 4);
    }
  }
  return out;
}

/** With its sign; the first of several. */
function largest(values: Float32Array, from: number): number {
  let found = 0;
  for (let i = from; i < from + BLOCK_VALUES; i++) if (Math.abs(values[i]!) > Math.abs(found)) found = values[i]!;
  return found;
}

/** min(15, trunc(x / d + 8.5)): round(x / d) + 8, never negative. */
const code = (value: number, inverse: number): number => Math.min(15, Math.trunc(Math.fround(Math.fround(value * inverse) + 8.5)));
