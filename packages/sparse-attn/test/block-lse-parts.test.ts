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

it('scores: any number of threads gives the same bits, whatever is done before they are ended; nobody needs to end them', async () => {
  const { q, headDim, parts } = scan(30, 2_001);
  const head = { q, z: new Float32Array(19).fill(3), extra: new Float32Array(2 * 19).fill(0.1) };
  const heads = [{ ...head, kvHead: 1, weight: 1 }, { ...head, kvHead: 0, weight: 0.5 }];
  // Of 2,001 keys two heads of 1,000, and one that belongs to neither.
  const stored = parts.map(({ keys, keyScales }) => ({ keys: keys.subarray(0, 2_000 * HEAD_DIM), keyScales: keyScales.subarray(0, 2_000), blockStarts: evenBlockStarts(1_000) }));
  const run = async (numThreads: number) => {
    const scores = new Float64Array(30 * 16);
    const args = { heads, headDim, parts: stored, extraOf: Int32Array.from({ length: 30 * 16 }, (_, b) => (b % 3) - 1), floor: 1e-3, scores };
    const engine = await resolveAttention(['native'], undefined, numThreads);
    return { scores, args, engine, end: engine.startBlockScores!(args) };
  };
  const [one, three] = [await run(1), await run(3)];
  expect(one.scores.every((score) => score === 0)).toBe(true); // without other threads all is done at the end
  await new Promise((resolve) => { setTimeout(resolve, 5); });
  one.end();
  three.end();
  three.end(); // has ended
  expect(one.scores.every((score) => Number.isFinite(score) && score !== 0)).toBe(true);
  expect(three.scores).toEqual(one.scores);
  for (let i = 0; i < 20; i++) await run(3);
  const { engine, args } = one;
  expect(() => engine.startBlockScores!({ ...args, heads: [{ ...heads[0]!, kvHead: 2 }] })).toThrow(RangeError);
  expect(() => engine.startBlockScores!({ ...args, heads: [{ ...heads[0]!, z: new Float32Array(18) }] })).toThrow(RangeError);
  expect(() => engine.startBlockScores!({ ...args, extraOf: args.extraOf.map(() => 2) })).toThrow(RangeError);
  expect(() => engine.startBlockScores!({ ...args, scores: new Float64Array(30 * 16 - 1) })).toThrow(RangeError);
  expect(() => engine.startBlockScores!({ ...args, parts: [{ ...stored[0]!, blockStarts: Int32Array.of(0, 64, 10, 1_000) }] })).toThrow(RangeError);
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
