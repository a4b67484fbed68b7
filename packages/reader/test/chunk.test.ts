// Pieces, chunks and trails: nothing lost, sizes kept, ends that do not move after an edit.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ChunkCutter, type ChunkDraft, type ChunkSizes } from '../src/chunk/cutter.ts';
import { cutPieces, MAX_PIECE_BYTES } from '../src/chunk/pieces.ts';
import { chunkSizes } from '../src/chunk/sizes.ts';
import { TrailWalker } from '../src/chunk/trail.ts';
import { errorOf } from './expect-error.ts';

/** Reads in small steps, so that pieces straddle reads. */
const reader = (bytes: Buffer, step: number) => async (start: number, end: number) => bytes.subarray(start, Math.min(end, start + step));

async function piecesOf(text: string, step = 1 << 20): Promise<string[]> {
  const bytes = Buffer.from(text);
  const pieces: string[] = [];
  for await (const piece of cutPieces(reader(bytes, step), bytes.length)) pieces.push(Buffer.from(piece).toString());
  return pieces;
}

/** A stand-in for a tokenizer: every 3 bytes are a token, so characters are split as byte-level tokens split them. */
function tokenise(bytes: Uint8Array): { bytes: Uint8Array; ids: Int32Array; byteStarts: Uint32Array } {
  const numTokens = Math.ceil(bytes.length / 3);
  return {
    bytes,
    ids: Int32Array.from({ length: numTokens }, (_, i) => bytes[3 * i] * 65536 + (bytes[3 * i + 1] ?? 0) * 256 + (bytes[3 * i + 2] ?? 0)),
    byteStarts: Uint32Array.from({ length: numTokens + 1 }, (_, i) => Math.min(3 * i, bytes.length)),
  };
}

async function chunksOf(text: string, sizes: ChunkSizes): Promise<ChunkDraft[]> {
  const bytes = Buffer.from(text);
  const cutter = new ChunkCutter(sizes);
  const chunks: ChunkDraft[] = [];
  for await (const piece of cutPieces(reader(bytes, 1000), bytes.length)) chunks.push(...cutter.push(tokenise(piece)));
  chunks.push(...cutter.finish());
  return chunks;
}

const texts = fc.array(fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom('\n', '\n\n', '\n \n', '. ', '。', '😀'.repeat(700), 'x'.repeat(3000), 'A sentence ends here. '.repeat(150), '\n'.repeat(3000)),
), { maxLength: 12 }).map((parts) => parts.join(''));

describe('pieces', () => {
  test('end with the blank lines after a paragraph; indentation belongs to the next', async () => {
    expect(await piecesOf('one\ntwo\n\n\n  three\n \nfour')).toEqual(['one\ntwo\n\n\n', '  three\n \n', 'four']);
  });

  test('are the text again, bounded, whole characters, the same however it is read', async () => {
    await fc.assert(fc.asyncProperty(texts, fc.integer({ min: 1, max: 5000 }), async (text, step) => {
      const pieces = await piecesOf(text, step);
      expect(pieces.join('')).toBe(Buffer.from(text).toString());
      for (const piece of pieces) {
        expect(piece.length).toBeGreaterThan(0);
        expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(MAX_PIECE_BYTES);
      }
      expect(pieces).toEqual(await piecesOf(text));
    }), { numRuns: 60 });
  });

  test('a long paragraph is cut at sentence ends', async () => {
    const pieces = await piecesOf('It was "so." And this is one sentence of some length! '.repeat(200));
    expect(pieces.length).toBeGreaterThan(5);
    for (const piece of pieces.slice(0, -1)) expect(piece).toMatch(/[.!]["”]?$/);
  });
});

describe('chunks', () => {
  const sizes: ChunkSizes = { minTokens: 64, maxTokens: 256, meanBeyondMin: 64, overlapTokens: 16 };

  test('are the text again, within their sizes, with code points and overlap', async () => {
    await fc.assert(fc.asyncProperty(texts, async (text) => {
      const chunks = await chunksOf(text, sizes);
      expect(Buffer.concat(chunks.map((c) => c.text)).toString()).toBe(Buffer.from(text).toString());
      let tokens: number[] = [];
      let chars = 0;
      let lines = 1;
      chunks.forEach((chunk, i) => {
        expect(chunk.ids.length).toBeLessThanOrEqual(sizes.maxTokens);
        expect(chunk).toMatchObject({ tokenStart: tokens.length, charStart: chars, lineStart: lines });
        expect(Array.from(chunk.overlapIds)).toEqual(i === 0 ? [] : tokens.slice(-sizes.overlapTokens));
        const own = chunk.text.toString();
        expect(Buffer.from(own)).toEqual(chunk.text); // no character is cut
        expect(chunk.blockChars).toHaveLength(Math.ceil(chunk.ids.length / 64));
        expect(chunk.blockChars[0]).toBe(chars);
        tokens = tokens.concat(Array.from(chunk.ids));
        chars += [...own].length;
        lines += own.split('\n').length - 1;
        expect(chunk.numChars).toBe([...own].length);
      });
    }), { numRuns: 60 });
  });

  test('a window too short for chunks is refused', async () => {
    expect(chunkSizes(8192, 30)).toMatchObject({ minTokens: 512, maxTokens: 2048 });
    expect(chunkSizes(2048, 30).maxTokens).toBe(2048 / 2 - 30 - 128);
    expect((await errorOf(() => chunkSizes(512, 30))).code).toBe('MODEL_UNSUPPORTED');
  });
});

describe('trails', () => {
  test('are the title and the open headings', () => {
    const headings = [{ level: 1, title: 'A', startChar: 10 }, { level: 2, title: 'B', startChar: 20 }, { level: 2, title: 'C', startChar: 30 }, { level: 1, title: 'D', startChar: 40 }];
    const walker = new TrailWalker('Book', headings);
    expect([0, 10, 25, 35, 50].map((char) => walker.at(char))).toEqual([['Book'], ['Book', 'A'], ['Book', 'A', 'B'], ['Book', 'A', 'C'], ['Book', 'D']]);
  });

  test('stay short, and a title that is the first heading stands once', () => {
    const walker = new TrailWalker('A', [{ level: 1, title: 'A', startChar: 0 }, { level: 2, title: 'x'.repeat(300), startChar: 0 }, { level: 3, title: 'y'.repeat(300), startChar: 0 }]);
    const parts = walker.at(0);
    expect(parts[0]).toBe('A');
    expect(parts.at(-1)).toMatch(/^y+…$/);
    expect(parts.join(' ').length).toBeLessThan(260);
  });
});
