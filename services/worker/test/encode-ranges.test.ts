// Cutting chunks into encode tasks.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeRanges } from '../src/tasks/encode-ranges.ts';

describe('encodeRanges', () => {
  const sizes = (numChunks: number, maxChunks: number, numThreads: number): number[] => encodeRanges(new Uint8Array(numChunks), maxChunks, numThreads).map(({ from, to }) => to - from);

  it('cuts a small document, and the end of a large one, so finely that all threads finish together', () => {
    expect(sizes(8, 8, 2)).toEqual([2, 2, 1, 1, 1, 1]);
    expect(sizes(3, 8, 4)).toEqual([1, 1, 1]);
    expect(sizes(40, 8, 2)).toEqual([8, 8, 6, 5, 4, 3, 2, 1, 1, 1, 1]);
  });

  it('needs no task where all is stored', () => {
    expect(encodeRanges(new Uint8Array(5).fill(1), 8, 2)).toEqual([]);
    expect(encodeRanges(new Uint8Array(0), 8, 2)).toEqual([]);
  });

  it('covers every missing chunk once, begins and ends with one, and stays within the size', () => {
    fc.assert(fc.property(fc.array(fc.boolean(), { maxLength: 300 }), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 16 }), (flags, maxChunks, numThreads) => {
      const stored = Uint8Array.from(flags, Number);
      const covered = new Uint8Array(stored.length);
      for (const { from, to } of encodeRanges(stored, maxChunks, numThreads)) {
        expect(to - from).toBeGreaterThan(0);
        expect(to - from).toBeLessThanOrEqual(maxChunks);
        expect([stored[from], stored[to - 1]]).toEqual([0, 0]);
        for (let i = from; i < to; i++) covered[i]++;
      }
      for (const [i, isStored] of stored.entries()) {
        expect(covered[i]).toBeLessThanOrEqual(1);
        if (!isStored) expect(covered[i]).toBe(1);
      }
    }));
  });
});
