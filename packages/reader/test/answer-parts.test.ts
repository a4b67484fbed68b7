// Sentences, support and which blocks are read: the parts of asking that need no model.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runsOf } from '../src/ask/read-spans.ts';
import { sentencesOf } from '../src/ask/sentences.ts';
import { isSupported } from '../src/ask/support.ts';
import { CodePointCursor, codePointLength } from '../src/characters.ts';

describe('sentences', () => {
  test('do not end at a wrapped line, but at a blank one', () => {
    const text = 'The first one\nruns on. The second.\n\nA heading\n\nLast';
    expect(sentencesOf(text).map(({ start, end }) => text.slice(start, end).trim())).toEqual(['The first one\nruns on.', 'The second.', 'A heading', 'Last']);
  });

  test('cover all that is not white space, in order, bounded', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.integer({ min: 1, max: 20 }), (part, times) => {
      const text = `${part}\n`.repeat(times);
      const ranges = sentencesOf(text);
      expect(ranges.map(({ start, end }) => text.slice(start, end)).join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
      for (const [i, { start, end }] of ranges.entries()) {
        expect(end - start).toBeLessThanOrEqual(501);
        expect(start).toBeGreaterThanOrEqual(ranges[i - 1]?.end ?? 0);
      }
    }));
  });
});

describe('support', () => {
  const quote = ['The garrison of Marlow held 412 men under Captain Reyes.'];
  test.each([
    ['412 men', true], ['413 men', false], ['Captain Reyes', true], ['Captain Ahab commanded', false], ['It was Reyes.', true], ['yes', false], ['', false],
    ['The garrison held 412 men.', true], ['The garrison of Marlow', true],
  ])('%j: %s', (answer, supported) => {
    expect(isSupported(answer, 'How many men did the garrison of Marlow hold?', quote)).toBe(supported);
  });
});

describe('runs of blocks', () => {
  test('join where they touch and stay in the document', () => {
    expect(runsOf([{ block: 0, score: 1 }, { block: 3, score: 2 }, { block: 9, score: 3 }], 1, 10))
      .toEqual([{ first: 0, last: 4, score: 2 }, { first: 8, last: 9, score: 3 }]);
  });
});

describe('code points', () => {
  test('count as the language iterates', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (text) => {
      expect(codePointLength(text)).toBe([...text].length);
      const cursor = new CodePointCursor(text);
      let unit = 0;
      [...text].forEach((char, i) => {
        expect(cursor.at(unit)).toBe(i);
        unit += char.length;
      });
    }));
  });
});
