// The scan of an index by the native engine: threads, and arguments that would read outside their arrays.
import { expect, it } from 'vitest';
import { evenBlockStarts, quantizeKeys, resolveAttention, type BlockLsePartsArgs } from '../src/index.ts';
import { normals } from './random.ts';

const HEAD_DIM = 64;

function scan(numParts: number, keysPerPart: number): BlockLsePartsArgs {
  return {
    q: normals(19 * HEAD_DIM, 1), headDim: HEAD_DIM,
    parts: Array.from({ length: numParts }, (_, i) => {
      const { keys, scales } = quantizeKeys(normals(keysPerPart * HEAD_DIM, i + 2), HEAD_DIM);
      return { keys, keyScales: scales, blockStarts: evenBlockStarts(keysPerPart) };
    }),
  };
}

it('any number of threads gives the same bits', async () => {
  const args = scan(30, 2_001); // enough keys for three threads
  const [one, three] = await Promise.all([1, 3].map(async (numThreads) => (await resolveAttention(['native'], undefined, numThreads)).blockLseParts!(args)));
  expect(one).toHaveLength(30 * 32 * 19);
  expect(one.every(Number.isFinite)).toBe(true);
  expect(three).toEqual(one);
});

it('dot products: any number of threads gives the same bits; what does not fit together is refused', async () => {
  const dim = 384;
  const parts = Array.from({ length: 40 }, (_, i) => {
    const { keys, scales } = quantizeKeys(normals(300 * dim, i + 2), dim);
    return { rows: keys, scales };
  });
  const q = normals(dim, 1);
  const [one, three] = await Promise.all([1, 3].map(async (numThreads) => (await resolveAttention(['native'], undefined, numThreads)).dotParts!({ q, parts })));
  expect(one).toHaveLength(40 * 300);
  expect(one!.every((dot) => dot !== 0 && Number.isFinite(dot))).toBe(true);
  expect(three).toEqual(one);
  const { dotParts } = await resolveAttention(['native']);
  expect(() => dotParts!({ q: q.subarray(1), parts })).toThrow(RangeError);
  expect(() => dotParts!({ q: new Float32Array(0), parts: [] })).toThrow(RangeError);
  expect(() => dotParts!({ q: q.map(() => Number.NaN), parts })).toThrow('no numbers');
});

it.each([
  ['block starts that fall', { blockStarts: Int32Array.of(0, 64, 10, 100) }],
  ['block starts that end beyond the keys', { blockStarts: Int32Array.of(0, 64, 128) }],
  ['no block starts', { blockStarts: new Int32Array(0) }],
  ['fewer keys than scales', { keys: new Int8Array(99 * HEAD_DIM) }],
])('%s are refused', async (_, wrong) => {
  const { blockLseParts } = await resolveAttention(['native']);
  const args = scan(2, 100);
  expect(() => blockLseParts!({ ...args, parts: [args.parts[0], { ...args.parts[1], ...wrong }] })).toThrow(RangeError);
});
