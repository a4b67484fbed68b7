// GGML's K types: super-blocks of 256 values in sub-blocks with scales (and minima) of 6 bits. Formulas beside each.

const u16 = (bytes: Uint8Array, at: number): number => bytes[at]! | (bytes[at + 1]! << 8);

/** Sub-block j's 6-bit scale out of the 12 packed bytes: whole for j < 4, 4 + 2 bits after. */
const scaleOf = (bytes: Uint8Array, at: number, j: number): number =>
  j < 4 ? bytes[at + j]! & 63 : (bytes[at + j + 4]! & 15) | ((bytes[at + j - 4]! >> 6) << 4);

const minOf = (bytes: Uint8Array, at: number, j: number): number =>
  j < 4 ? bytes[at + j + 4]! & 63 : (bytes[at + j + 4]! >> 4) | ((bytes[at + j]! >> 6) << 4);

/** d, dmin, 12 bytes of scales, 128 bytes of nibbles. Sub-block j of 32: d scale_j q - dmin min_j; even j below, odd j above. */
export function blockQ4K(bytes: Uint8Array, at: number, out: Float32Array, to: number, half: Float32Array): void {
  const d = half[u16(bytes, at)]!;
  const dmin = half[u16(bytes, at + 2)]!;
  for (let j = 0; j < 8; j++) {
    const scale = d * scaleOf(bytes, at + 4, j);
    const min = dmin * minOf(bytes, at + 4, j);
    const quants = at + 16 + (j >> 1) * 32;
    const shift = (j & 1) * 4;
    for (let i = 0; i < 32; i++) out[to + j * 32 + i] = scale * ((bytes[quants + i]! >> shift) & 15) - min;
  }
}

/** As Q4_K with 32 more bytes before the nibbles: bit j of byte i is the fifth bit of value i of sub-block j. */
export function blockQ5K(bytes: Uint8Array, at: number, out: Float32Array, to: number, half: Float32Array): void {
  const d = half[u16(bytes, at)]!;
  const dmin = half[u16(bytes, at + 2)]!;
  for (let j = 0; j < 8; j++) {
    const scale = d * scaleOf(bytes, at + 4, j);
    const min = dmin * minOf(bytes, at + 4, j);
    const quants = at + 48 + (j >> 1) * 32;
    const shift = (j & 1) * 4;
    for (let i = 0; i < 32; i++) {
      const q = ((bytes[quants + i]! >> shift) & 15) | (((bytes[at + 16 + i]! >> j) & 1) << 4);
      out[to + j * 32 + i] = scale * q - min;
    }
  }
}

/** 128 bytes of low nibbles, 64 of high pairs, 16 signed scales (one per 16 values), d: d scale (q - 32). */
export function blockQ6K(bytes: Uint8Array, at: number, out: Float32Array, to: number, half: Float32Array): void {
  const d = half[u16(bytes, at + 208)]!;
  for (let part = 0; part < 8; part++) {
    // part: 32 values; four parts share 64 low bytes and 32 high bytes
    const low = at + (part >> 2) * 64 + (part & 1) * 32;
    const high = at + 128 + (part >> 2) * 32;
    const lowShift = (part & 2) * 2;
    const highShift = (part & 3) * 2;
    for (let i = 0; i < 32; i++) {
      const q = ((bytes[low + i]! >> lowShift) & 15) | (((bytes[high + i]! >> highShift) & 3) << 4);
      const scale = (bytes[at + 192 + part * 2 + (i >> 4)]! << 24) >> 24;
      out[to + part * 32 + i] = d * scale * (q - 32);
    }
  }
}
