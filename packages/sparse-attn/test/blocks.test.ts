import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockRange, blockTable, checkBlockStarts, checkBlockTable, countBlocks, evenBlockStarts, placeBlocks, quantizeKeys } from '../src/index.ts';

describe('blocks', () => {
  it('130 keys are blocks of 64, 64 and 2', () => {
    expect(countBlocks(130)).toBe(3);
    expect(blockRange(2, 130)).toEqual({ start: 128, end: 130 });
    expect([...evenBlockStarts(130)]).toEqual([0, 64, 128, 130]);
    expect([...evenBlockStarts(0)]).toEqual([0]);
  });

  it('starts and ranges say the same, and the starts pass the check', () => {
    fc.assert(fc.property(fc.nat(1000), fc.integer({ min: 1, max: 100 }), (numKeys, blockSize) => {
      const starts = evenBlockStarts(numKeys, blockSize);
      checkBlockStarts(starts, numKeys, blockSize);
      for (let b = 0; b < countBlocks(numKeys, blockSize); b++) {
        expect(blockRange(b, numKeys, blockSize)).toEqual({ start: starts[b], end: starts[b + 1] });
      }
    }));
  });

  it('bad starts and tables are refused with the numbers', () => {
    expect(() => checkBlockStarts(Int32Array.of(0, 5), 6)).toThrow(/ends with 5, but there are 6/);
    expect(() => checkBlockStarts(Int32Array.of(0, 9, 5), 5)).toThrow(/falls from 9 to 5/);
    expect(() => checkBlockStarts(Int32Array.of(0, 65), 65, 64)).toThrow(/holds 65 keys, the limit is 64/);
    expect(() => checkBlockTable(blockTable([[0, 0]]), 1, 4)).toThrow(/not ascending and unique/);
    expect(() => checkBlockTable(blockTable([[4]]), 1, 4)).toThrow(/block 4 of 4/);
    expect(() => checkBlockTable(blockTable([[1]]), 2, 4)).toThrow(/offsets for 2 KV heads/);
  });
});

describe('positions', () => {
  it('blocks 1 and 3 are placed one after the other', () => {
    expect(placeBlocks([1, 3], Int32Array.of(0, 64, 128, 192, 200), 10)).toEqual({ firstPositions: Int32Array.of(10, 74), end: 82 });
  });

  it('positions are contiguous and end after as many keys as the blocks hold', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(64), fc.boolean()), { maxLength: 30 }), fc.nat(100), (blocks, firstPosition) => {
      const starts = Int32Array.from([0, ...blocks.map((_, i) => blocks.slice(0, i + 1).reduce((sum, [size]) => sum + size, 0))]);
      const chosen = blocks.flatMap(([, take], b) => (take ? [b] : []));
      const { firstPositions, end } = placeBlocks(chosen, starts, firstPosition);
      let position = firstPosition;
      chosen.forEach((block, i) => {
        expect(firstPositions[i]).toBe(position);
        position += blocks[block][0];
      });
      expect(end).toBe(position);
    }));
  });

  it('blocks out of document order are refused', () => {
    expect(() => placeBlocks([3, 1], evenBlockStarts(256), 0)).toThrow(/not in document order/);
  });
});

describe('quantizeKeys', () => {
  const key = fc.array(fc.float({ noNaN: true, min: Math.fround(-1e4), max: Math.fround(1e4) }), { minLength: 8, maxLength: 8 });

  it('no element is off by more than half a scale, and the scale is the largest / 127', () => {
    fc.assert(fc.property(fc.array(key, { maxLength: 5 }), (rows) => {
      const x = Float32Array.from(rows.flat());
      const { keys, scales } = quantizeKeys(x, 8);
      rows.forEach((row, i) => {
        const largest = Math.max(...row.map(Math.abs));
        expect(Math.abs(scales[i] - largest / 127)).toBeLessThanOrEqual(largest * 1e-6 + 1e-44);
        row.forEach((value, d) => {
          expect(Math.abs(keys[i * 8 + d] * scales[i] - value)).toBeLessThanOrEqual(scales[i] * 0.5 + largest * 1e-6);
          expect(Math.abs(keys[i * 8 + d])).toBeLessThanOrEqual(127);
        });
      });
    }));
  });

  it('a key of zeros stays zero', () => {
    expect(quantizeKeys(new Float32Array(4), 4)).toEqual({ keys: new Int8Array(4), scales: Float32Array.of(0) });
  });
});
