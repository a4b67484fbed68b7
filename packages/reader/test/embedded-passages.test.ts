// What of a chunk is embedded, and for which of its blocks.
import { describe, expect, test } from 'vitest';
import { embeddedPassages } from '../src/encode/embedded-passages.ts';

const TRAILS = ['Manual', 'Manual > key', 'Manual > save'].map((text, i) => ({ parts: text.split(' > '), segment: `t${i}` }));
const long = (word: string): string => `The ${word} goes on and on until it is long enough to stand alone, which takes some letters.`;

/** Blocks begin at these characters of an ASCII text. */
function passages(text: string, blockStarts: number[], trails: number[], headings: Array<[string, number]> = [], charStart = 100) {
  const starts = Uint32Array.of(...blockStarts, Buffer.byteLength(text));
  return embeddedPassages(Buffer.from(text), starts, {
    charStart, trails, headings: headings.map(([title, trail]) => ({ charStart: charStart + [...text.slice(0, text.indexOf(title))].length, trail })),
  }, TRAILS);
}

describe('passages of a chunk', () => {
  test('are sentences, short ones joined, each for the blocks that hold some of its middle half', () => {
    const text = `${long('first')} ${long('second')} So it is. It was. ${long('third')}`;
    const at = text.indexOf('The second');
    expect(passages(text, [0, at], [-1, -1])).toEqual([
      { first: 0, last: 0, text: long('first') }, { first: 1, last: 1, text: long('second') }, { first: 1, last: 1, text: `So it is. It was. ${long('third')}` },
    ]);
  });

  test('speak for both blocks that they straddle, unless one holds only an end', () => {
    const text = long('only');
    for (const [cut, first, last] of [[0.5, 0, 1], [0.3, 0, 1], [0.7, 0, 1], [0.2, 1, 1], [0.8, 0, 0]] as const) {
      expect(passages(text, [0, Math.round(cut * text.length)], [-1, -1]), `${cut}`).toEqual([{ first, last, text }]);
    }
  });

  test('stand below the heading that is open where they begin, also within a block', () => {
    const text = 'Type: null or String.\n\nkey\n\nDefault: null\n\nsave\n\nDefault: true\n';
    expect(passages(text, [0], [0], [['key', 1], ['save', 2]])).toEqual([
      { first: 0, last: 0, text: 'Manual\nType: null or String.' }, { first: 0, last: 0, text: 'Manual > key\nkey\n\nDefault: null' }, { first: 0, last: 0, text: 'Manual > save\nsave\n\nDefault: true' },
    ]);
  });

  test('count characters and bytes apart', () => {
    const text = `Zażółć gęślą jaźń 😀 ${'żółw '.repeat(20)}.\n\nkey 😀\n\n${long('last')}`;
    const starts = [0, Buffer.byteLength(text.slice(0, text.indexOf('key')))];
    expect(passages(text, starts, [0, 1], [['key', 1]]).map(({ first, text: own }) => [first, own.split('\n')[0], [...own.split('\n')[1]].slice(0, 5).join('')])).toEqual([[0, 'Manual', 'Zażół'], [1, 'Manual > key', 'key 😀']]);
    // A block that begins within a character's bytes begins with the next one.
    expect(passages(text, [0, starts[1] + 5], [0, 1], [['key', 1]]).map(({ first }) => first)).toEqual([0, 1]);
  });

  test('leave out what has no letters to show', () => {
    expect(passages(' \n\n  \n', [0], [-1])).toEqual([]);
  });

  test('hold all ink of any text, in order, whatever it is made of', () => {
    let seed = 7;
    const random = (n: number): number => { seed = (seed * 1103515245 + 12345) % 2 ** 31; return seed % n; };
    const parts = ['a', ' ', '. ', '\n', '\n\n', 'é', '漢字。', '😀', '! ', 'word ', '٣', '\t', 'long'.repeat(60)];
    for (let round = 0; round < 200; round++) {
      const text = Array.from({ length: random(120) + 1 }, () => parts[random(parts.length)]).join('');
      const size = Buffer.byteLength(text);
      const blockStarts = [0, random(size + 1), random(size + 1)].sort((a, b) => a - b);
      const found = passages(text, blockStarts, [-1, -1, -1]);
      expect(found.map((p) => p.text).join('').replace(/\s/gu, '')).toBe(text.replace(/\s/gu, ''));
      for (const [i, { first, last }] of found.entries()) {
        expect(first).toBeGreaterThanOrEqual(found[i - 1]?.first ?? 0);
        expect(last).toBeGreaterThanOrEqual(first);
        expect(last).toBeLessThan(3);
      }
    }
  });
});
