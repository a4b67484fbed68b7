// Keys as int8 with one scale each: what an index stores.
import assert from 'node:assert';

export interface QuantizedKeys {
  keys: Int8Array; // (numKeys, headDim)
  scales: Float32Array; // (numKeys): key = int8 * scale
}

/** Symmetric: scale = max |x| / 127, so no element is off by more than half a scale. A key of zeros has scale 0. */
export function quantizeKeys(
  keys: Float32Array, // (numKeys, headDim)
  headDim: number,
): QuantizedKeys {
  assert(headDim > 0 && keys.length % headDim === 0, `${keys.length} values are no whole number of keys of ${headDim}`);
  const numKeys = keys.length / headDim;
  const quantized = new Int8Array(keys.length);
  const scales = new Float32Array(numKeys);
  for (let key = 0; key < numKeys; key++) {
    const start = key * headDim;
    let max = 0;
    for (let i = start; i < start + headDim; i++) max = Math.max(max, Math.abs(keys[i]));
    scales[key] = max / 127;
    const scale = scales[key]; // as stored, rounded to float32
    if (scale === 0) continue;
    for (let i = start; i < start + headDim; i++) quantized[i] = Math.max(-127, Math.min(127, Math.round(keys[i] / scale)));
  }
  return { keys: quantized, scales };
}
