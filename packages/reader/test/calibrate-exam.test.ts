// The two exams: every answer is where it is said to be, and the sets share nothing that a head could be chosen for.
import { describe, expect, test } from 'vitest';
import { makeExam, type Exam } from '../src/calibrate/exam.ts';
import { makeFacts, MAX_FACTS, type ExamSet } from '../src/calibrate/facts.ts';
import { answerContains } from '../src/calibrate/judge.ts';
import * as names from '../src/calibrate/names.ts';
import { makeReferenceWork } from '../src/calibrate/reference-work.ts';
import { createRandom } from '../src/calibrate/random.ts';
import { plainTextHeadings } from '../src/extract/headings.ts';

const countWords = (text: string): number => text.split(/\s+/).length;
const examOf = (set: ExamSet): Exam => makeExam(set, { numTokens: 30_000, numFacts: 48, numParagraphs: 12, numEntries: 46 }, countWords);
const exams = { choose: examOf('choose'), report: examOf('report') };

describe.each(['choose', 'report'] as const)('the exam %s', (set) => {
  const { text, questions } = exams[set];

  test('has 48 facts and 48 questions about paragraphs, in more than 90,000 characters of prose', () => {
    expect(questions.filter(({ kind }) => kind === 'fact')).toHaveLength(48);
    expect(questions.filter(({ kind }) => kind === 'paragraph')).toHaveLength(48);
    expect(text.length).toBeGreaterThan(100_000);
  });

  test('every answer stands in its sentence, which is a whole one', () => {
    for (const { question, answer, startChar, endChar } of questions) {
      const sentence = text.slice(startChar, endChar);
      expect(sentence, question).toContain(answer);
      expect(sentence, question).toMatch(/^[A-Z].*[.!?]$/s);
      expect(text.slice(startChar - 2, startChar), question).toMatch(/\s$/);
      expect(question).toMatch(/\?$/);
      expect(answerContains(question, answer), question).toBe(false);
    }
  });

  test('no question is asked twice, and the prose has no headings that would stand before its blocks', () => {
    expect(new Set(questions.map(({ question }) => question)).size).toBe(questions.length);
    expect(plainTextHeadings(text)).toEqual([]);
  });

  test('is the same each time', () => {
    expect(examOf(set)).toEqual(exams[set]);
  });

  test('a short one has fewer facts, never a text made of them', () => {
    const short = makeExam(set, { numTokens: 900, numFacts: 48, numParagraphs: 1, numEntries: 0 }, countWords);
    expect(short.text.length).toBeLessThan(10_000);
    const numFacts = short.questions.filter(({ kind }) => kind === 'fact').length;
    expect(numFacts).toBeGreaterThan(2);
    expect(numFacts).toBeLessThan(20);
  });
});

test('the two share no sentence of the prose, no form and no name', () => {
  const sentences = (text: string): Set<string> => new Set(text.split(/(?<=[.!?])\s+/).filter((sentence) => sentence.length > 40));
  const chosen = sentences(exams.choose.text);
  expect([...sentences(exams.report.text)].filter((sentence) => chosen.has(sentence))).toEqual([]);
  const listOf = (of: names.Names): string[] => Object.values(of).flat() as string[];
  const taken = new Set(listOf(names.CHOOSING_NAMES));
  expect(listOf(names.REPORTING_NAMES).filter((name) => taken.has(name))).toEqual([]);
});

test('facts: at most 48, each name once', () => {
  for (const set of ['choose', 'report'] as const) {
    const facts = makeFacts(set, MAX_FACTS, createRandom(7));
    expect(new Set(facts.map(({ sentence }) => sentence)).size).toBe(MAX_FACTS);
    expect(new Set(facts.map(({ question }) => question)).size).toBe(MAX_FACTS);
    expect(() => makeFacts(set, MAX_FACTS + 1, createRandom(7))).toThrow(RangeError);
  }
});

describe.each(['choose', 'report'] as const)('the reference work %s', (set) => {
  const { text, questions } = makeReferenceWork(set, 46);
  const entryAt = (char: number): string => /## (.*)\n/.exec(text.slice(text.lastIndexOf('\n## ', char)))![1]!;

  test('every answer stands in its sentence, below the heading that the question names and the sentence does not', () => {
    expect(questions).toHaveLength(92);
    for (const { question, answer, startChar, endChar } of questions) {
      const sentence = text.slice(startChar, endChar);
      expect(sentence, question).toMatch(/^[A-Z][^.]*\.$/);
      expect(sentence).toContain(answer);
      expect(question).not.toContain(answer);
      expect(question).toContain(entryAt(startChar));
      expect(sentence).not.toContain(entryAt(startChar));
    }
    expect(`${text}${JSON.stringify(questions)}`).not.toMatch(/[{][a-z]|[0-9]-[0-9]+[}]/); // every slot is filled
    expect(text).toMatch(/^\p{ASCII}*$/u);
  });

  test('is the same each time, asks nothing twice, and asks about lines anywhere in an entry', () => {
    expect(makeReferenceWork(set, 46).questions).toEqual(questions);
    expect(new Set(questions.map(({ question }) => question)).size).toBe(92);
    const isLate = ({ startChar }: { startChar: number }): boolean => startChar - text.lastIndexOf('\n## ', startChar) > 350;
    expect(questions.filter(isLate).length).toBeGreaterThan(20);
    expect(makeReferenceWork(set, 3).questions).toHaveLength(6);
  });
});

test('the two reference works share no name and no line', () => {
  const linesOf = (set: ExamSet): Set<string> => new Set(makeReferenceWork(set, 46).text.split(/\n|(?<=[.]) /).filter((line) => line !== ''));
  const chosen = linesOf('choose');
  expect([...linesOf('report')].filter((line) => chosen.has(line))).toEqual([]);
});
