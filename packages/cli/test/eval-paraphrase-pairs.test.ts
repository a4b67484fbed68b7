// The pairs of the paraphrase suite are what they claim to be: no shared content word, one sentence per answer.
import { describe, expect, test } from 'vitest';
import { contentStems } from '../src/eval/suites/content-words.ts';
import { PAIRS } from '../src/eval/suites/paraphrase/pairs/index.ts';

const holds = (text: string, phrase: string): boolean =>
  new RegExp(`(?<![\\p{L}\\p{N}])${phrase.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\p{L}\\p{N}])`, 'iu').test(text);

describe('paraphrased pairs', () => {
  test('are at least 200', () => expect(PAIRS.length).toBeGreaterThanOrEqual(200));

  test('share no content word between sentence and question', () => {
    const shared = PAIRS.flatMap(([sentence, question]) => {
      const ofSentence = contentStems(sentence);
      const both = [...contentStems(question)].filter((stem) => ofSentence.has(stem));
      return both.length === 0 ? [] : [`${both.join(' ')}: ${sentence} / ${question}`];
    });
    expect(shared).toEqual([]);
  });

  test('the check itself sees a shared word in another form', () => {
    expect([...contentStems('Which bells were ringing?')].filter((stem) => contentStems('The bell rings.').has(stem))).toEqual(['bell', 'ring']);
  });

  test('an answer stands in its own sentence and in no other', () => {
    for (const [sentence, , answer] of PAIRS) {
      expect(sentence, answer).toContain(answer);
      expect(PAIRS.filter(([other]) => holds(other, answer)).map(([other]) => other), answer).toEqual([sentence]);
    }
  });

  test('no question gives its answer away, and none is asked twice', () => {
    for (const [, question, answer] of PAIRS) expect(holds(question, answer), question).toBe(false);
    expect(new Set(PAIRS.map(([, question]) => question)).size).toBe(PAIRS.length);
  });

  test('sentences are varied: no opening of four words is used three times', () => {
    const openings = new Map<string, number>();
    for (const [sentence] of PAIRS) {
      const opening = sentence.split(' ').slice(0, 4).join(' ');
      openings.set(opening, (openings.get(opening) ?? 0) + 1);
    }
    expect([...openings].filter(([, n]) => n > 2)).toEqual([]);
  });
});
