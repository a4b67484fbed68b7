// The stored formats: what is written comes back, and damaged bytes are refused, never believed.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ServiceError } from '@lectern/shared';
import { segmentKey, trailKey } from '../src/segment/address.ts';
import { parseSegment, SEGMENT_VERSION, writeSegment, type Segment } from '../src/segment/format.ts';
import { readKeysAndValues, writeKeysAndValues } from '../src/segment/keys-and-values.ts';
import { parseTrailEntry, writeTrailEntry } from '../src/segment/trail-entry.ts';
import { countTerms, wordHash, wordsOf } from '../src/segment/words.ts';
import { errorOf } from './expect-error.ts';

const segment: Segment = {
  numTokens: 70, numBlocks: 2, headDim: 4, heads: [{ layer: 3, kvHead: 1 }],
  tokenStarts: Uint32Array.of(0, 64, 70), byteStarts: Uint32Array.of(0, 300, 333), charStarts: Uint32Array.of(0, 299, 330),
  numWords: Uint32Array.of(3, 1), termStarts: Uint32Array.of(0, 2, 3), termHashes: Uint32Array.of(5, 9, 7), termCounts: Uint32Array.of(1, 2, 1),
  keyScales: Float32Array.from({ length: 70 }, (_, i) => i / 8), keys: Int8Array.from({ length: 280 }, (_, i) => (i % 255) - 127),
};

describe('segments', () => {
  test('come back as written, also from unaligned memory', () => {
    const bytes = writeSegment(segment);
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    expect(parseSegment(bytes, 'x')).toEqual(segment);
    expect(parseSegment(shifted.subarray(1), 'x')).toEqual(segment);
  });

  test('cut short or lengthened is BLOB_CORRUPT', async () => {
    const bytes = writeSegment(segment);
    for (let length = 0; length < bytes.length; length += 7) {
      expect((await errorOf(() => parseSegment(bytes.subarray(0, length), 'x'))).code).toBe('BLOB_CORRUPT');
    }
    expect((await errorOf(() => parseSegment(Buffer.concat([bytes, Buffer.alloc(4)]), 'x'))).code).toBe('BLOB_CORRUPT');
  });

  test('any changed header byte is refused or changes nothing but numbers in range', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 255 }), (at, value) => {
      const bytes = Buffer.from(writeSegment(segment));
      bytes[at] = value;
      try {
        const parsed = parseSegment(bytes, 'x');
        expect(parsed.tokenStarts.at(-1)).toBe(parsed.numTokens);
      } catch (error) {
        expect(error).toBeInstanceOf(ServiceError);
        expect((error as ServiceError).code).toBe(at >= 4 && at < 8 && bytes.readUInt32LE(4) > SEGMENT_VERSION ? 'FORMAT_NEWER' : 'BLOB_CORRUPT');
      }
    }));
  });
});

describe('trail entries', () => {
  test('come back as written; damaged ones are refused', async () => {
    const entry = { numTokens: 3, headDim: 4, heads: [{ layer: 3, kvHead: 1 }], terms: countTerms(['a', 'b', 'a']), keyScales: new Float32Array(3).fill(0.5), keys: new Int8Array(12).fill(7) };
    const bytes = writeTrailEntry(entry);
    expect(parseTrailEntry(bytes, 'x')).toEqual(entry);
    expect((await errorOf(() => parseTrailEntry(bytes.subarray(4), 'x'))).code).toBe('BLOB_CORRUPT');
  });
});

describe('keys and values', () => {
  test('come back within half a scale at their place among other chunks', async () => {
    const heads = [{ layer: 0, kvHead: 0 }, { layer: 1, kvHead: 0 }];
    const keys = Float32Array.from({ length: 2 * 5 * 4 }, (_, i) => Math.sin(i));
    const values = keys.map((x) => 3 * x);
    const bytes = writeKeysAndValues({ numTokens: 5, heads, keys, values });
    const out = { numTokens: 8, heads, keys: new Float32Array(2 * 8 * 4), values: new Float32Array(2 * 8 * 4) };
    readKeysAndValues(bytes, 'x', { heads, headDim: 4, numTokens: 5 }, 0, 5, out, 2);
    const part = { numTokens: 2, heads, keys: new Float32Array(16), values: new Float32Array(16) };
    readKeysAndValues(bytes, 'x', { heads, headDim: 4, numTokens: 5 }, 3, 5, part, 0);
    expect([...part.keys.subarray(8)]).toEqual([...out.keys.subarray(32 + 20, 32 + 28)]);
    for (let head = 0; head < 2; head++) {
      for (let i = 0; i < 20; i++) {
        expect(out.keys[head * 32 + 8 + i]).toBeCloseTo(keys[head * 20 + i], 2);
        expect(Math.abs(out.values[head * 32 + 8 + i] - values[head * 20 + i])).toBeLessThan(3 / 254 + 1e-6);
      }
    }
    expect(out.keys[0]).toBe(0);
    expect((await errorOf(() => readKeysAndValues(bytes, 'x', { heads, headDim: 4, numTokens: 6 }, 0, 5, out, 2))).code).toBe('BLOB_CORRUPT');
  });
});

describe('addresses', () => {
  const base = { model: 'm', tenant: 't', heads: [{ layer: 1, kvHead: 0 }], prefixIds: Int32Array.of(1, 2) };
  const chunk = { overlapIds: Int32Array.of(3), ids: Int32Array.of(4, 5), text: Buffer.from('ab') };
  test('change with everything they stand for', () => {
    const keys = [
      segmentKey(base, chunk), segmentKey({ ...base, tenant: 'u' }, chunk), segmentKey({ ...base, model: 'n' }, chunk),
      segmentKey({ ...base, heads: [{ layer: 1, kvHead: 1 }] }, chunk), segmentKey({ ...base, prefixIds: Int32Array.of(1) }, chunk),
      segmentKey(base, { ...chunk, overlapIds: Int32Array.of() }), segmentKey(base, { ...chunk, ids: Int32Array.of(4) }),
      segmentKey(base, { ...chunk, text: Buffer.from('ac') }), segmentKey(base, { ...chunk, overlapIds: Int32Array.of(3, 4), ids: Int32Array.of(5) }), trailKey(base, 'ab'),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(segmentKey(base, { ...chunk })).toBe(keys[0]);
  });
});

describe('words', () => {
  test('are lower-case stems with their place; possessives and case fall together', () => {
    const words = [...wordsOf('The Whale’s whales, don\'t 42 Überzüge')];
    expect(words.map((w) => w.stem)).toEqual(['the', 'whale', 'whale', 'don', '42', 'uberzug']);
    expect(words[1]).toMatchObject({ start: 4, end: 11 });
  });

  test('are counted by hash, ascending', () => {
    const { hashes, counts, numWords } = countTerms(['b', 'a', 'b']);
    expect(numWords).toBe(3);
    expect([...hashes]).toEqual([wordHash('a'), wordHash('b')].sort((x, y) => x - y));
    expect(counts[[...hashes].indexOf(wordHash('b'))]).toBe(2);
  });
});
