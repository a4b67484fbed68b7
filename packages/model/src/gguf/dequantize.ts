// The values of GGML's tensor types, one quantization block after the other: the specification that the engines are tested against.
// Every product of scale and sub-scale is exact in single precision (19 bits at most), so each value is rounded once, as in C.
import assert from 'node:assert/strict';
import { blockQ4K, blockQ5K, blockQ6K } from './dequantize-k.ts';
import { halfTable } from './float16.ts';
import { LAYOUTS } from './tensor-types.ts';
import type { TensorType } from '../contract.ts';

/** Writes the values of the block at bytes[at] to out[to]. */
export type BlockDecoder = (bytes: Uint8Array, at: number, out: Float32Array, to: number, half: Float32Array) => void;

const DECODERS: Record<TensorType, BlockDecoder> = {
  F32(bytes, at, out, to) {
    BITS[0] = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    out[to] = VALUE[0]!;
  },
  F16(bytes, at, out, to, half) {
    out[to] = half[u16(bytes, at)]!;
  },
  BF16(bytes, at, out, to) {
    BITS[0] = u16(bytes, at) << 16;
    out[to] = VALUE[0]!;
  },
  // d, 32 signed bytes: d q
  Q8_0(bytes, at, out, to, half) {
    const d = half[u16(bytes, at)]!;
    for (let i = 0; i < 32; i++) out[to + i] = d * ((bytes[at + 2 + i]! << 24) >> 24);
  },
  // d, 16 bytes with q_i below and q_(i+16) above: d (q - 8)
  Q4_0(bytes, at, out, to, half) {
    const d = half[u16(bytes, at)]!;
    for (let i = 0; i < 16; i++) {
      const q = bytes[at + 2 + i]!;
      out[to + i] = d * ((q & 15) - 8);
      out[to + i + 16] = d * ((q >> 4) - 8);
    }
  },
  // d, m, 16 bytes: d q + m
  Q4_1(bytes, at, out, to, half) {
    const d = half[u16(bytes, at)]!;
    const m = half[u16(bytes, at + 2)]!;
    for (let i = 0; i < 16; i++) {
      const q = bytes[at + 4 + i]!;
      out[to + i] = d * (q & 15) + m;
      out[to + i + 16] = d * (q >> 4) + m;
    }
  },
  // d, 32 fifth bits, 16 bytes: d (q - 16)
  Q5_0(bytes, at, out, to, half) {
    const d = half[u16(bytes, at)]!;
    const high = u16(bytes, at + 2) | (u16(bytes, at + 4) << 16);
    for (let i = 0; i < 16; i++) {
      const q = bytes[at + 6 + i]!;
      out[to + i] = d * (((q & 15) | (((high >>> i) & 1) << 4)) - 16);
      out[to + i + 16] = d * (((q >> 4) | (((high >>> (i + 16)) & 1) << 4)) - 16);
    }
  },
  // d, m, 32 fifth bits, 16 bytes: d q + m
  Q5_1(bytes, at, out, to, half) {
    const d = half[u16(bytes, at)]!;
    const m = half[u16(bytes, at + 2)]!;
    const high = u16(bytes, at + 4) | (u16(bytes, at + 6) << 16);
    for (let i = 0; i < 16; i++) {
      const q = bytes[at + 8 + i]!;
      out[to + i] = d * ((q & 15) | (((high >>> i) & 1) << 4)) + m;
      out[to + i + 16] = d * ((q >> 4) | (((high >>> (i + 16)) & 1) << 4)) + m;
    }
  },
  Q4_K: blockQ4K,
  Q5_K: blockQ5K,
  Q6_K: blockQ6K,
};

const BITS = new Int32Array(1);
const VALUE = new Float32Array(BITS.buffer);

const u16 = (bytes: Uint8Array, at: number): number => bytes[at]! | (bytes[at + 1]! << 8);

export function dequantize(type: TensorType, bytes: Uint8Array, numElements: number): Float32Array {
  const layout = LAYOUTS[type];
  assert(numElements % layout.numElements === 0, `${numElements} elements are no whole number of ${type} blocks`);
  const numBlocks = numElements / layout.numElements;
  assert.equal(bytes.length, numBlocks * layout.numBytes, `bytes of ${numBlocks} blocks of ${type}`);
  const out = new Float32Array(numElements);
  const decode = DECODERS[type];
  const half = halfTable();
  for (let i = 0; i < numBlocks; i++) decode(bytes, i * layout.numBytes, out, i * layout.numElements, half);
  return out;
}
