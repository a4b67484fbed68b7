// Rotary position embedding in tensor operations: x cos + (x turned by a quarter) sin, for either style of pairs.
import type { Rope } from '@lectern/sparse-attn';
import type { Tf } from '@lectern/sparse-attn/tfjs';
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';

export interface RopeTable {
  cos: Tensor3D; // (count, 1, headDim)
  sin: Tensor3D; // (count, 1, headDim)
}

/** The two dimensions of pair i. */
function pairOf({ headDim, ropeStyle }: Pick<Rope, 'headDim' | 'ropeStyle'>, i: number): [first: number, second: number] {
  return ropeStyle === 'interleaved' ? [2 * i, 2 * i + 1] : [i, i + headDim / 2];
}

/** (a, b) -> (-b, a) of every pair, as a matrix of 0, 1 and -1: exact. */
export function turnMatrix(tf: Tf, rope: Pick<Rope, 'headDim' | 'ropeStyle'>): Tensor2D {
  const { headDim } = rope;
  const turn = new Float32Array(headDim * headDim); // (headDim, headDim)
  for (let i = 0; i < headDim / 2; i++) {
    const [first, second] = pairOf(rope, i);
    turn[second * headDim + first] = -1;
    turn[first * headDim + second] = 1;
  }
  return tf.tensor2d(turn, [headDim, headDim]);
}

/** Angles are float64; only their cosines and sines are rounded. */
export function ropeTable(tf: Tf, rope: Rope, firstPosition: number, count: number): RopeTable {
  const { headDim, ropeTheta, ropeFactors } = rope;
  const cos = new Float32Array(count * headDim); // (count, headDim)
  const sin = new Float32Array(count * headDim);
  for (let i = 0; i < headDim / 2; i++) {
    const frequency = ropeTheta ** ((-2 * i) / headDim) / (ropeFactors?.[i] ?? 1);
    for (let token = 0; token < count; token++) {
      const angle = (firstPosition + token) * frequency;
      for (const dim of pairOf(rope, i)) {
        cos[token * headDim + dim] = Math.cos(angle);
        sin[token * headDim + dim] = Math.sin(angle);
      }
    }
  }
  return { cos: tf.tensor3d(cos, [count, 1, headDim]), sin: tf.tensor3d(sin, [count, 1, headDim]) };
}

/** Row i turns to the table's position i; direction -1 undoes it. */
export function rotateRows(
  tf: Tf,
  x: Tensor3D, // (count, numHeads, headDim)
  { cos, sin }: RopeTable,
  turn: Tensor2D,
  direction: 1 | -1 = 1,
): Tensor3D {
  const [count, numHeads, headDim] = x.shape;
  const turned = tf.reshape(tf.matMul(tf.reshape(x, [count * numHeads, headDim]), turn), x.shape);
  const straight = tf.mul(x, cos);
  const across = tf.mul(turned, sin);
  return direction === 1 ? tf.add(straight, across) : tf.sub(straight, across);
}
