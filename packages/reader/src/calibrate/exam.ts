// A text with known questions: real prose (data/calibration), invented facts planted in it, and invented encyclopaedia paragraphs with questions
// in other words between its paragraphs. Made from a seed, without a network. Two sets that share nothing.
import assert from 'node:assert';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { sentencesOf } from '../ask/sentences.ts';
import { type ExamSet, makeFacts, MAX_FACTS } from './facts.ts';
import { maxPlanted, plantFacts } from './plant.ts';
import { createRandom, type Random } from './random.ts';

export interface ExamQuestion {
  kind: 'fact' | 'paragraph' | 'entry';
  question: string;
  answer: string;
  /** The sentence that answers it, [startChar, endChar) of the text. */
  startChar: number;
  endChar: number;
}

export interface Exam {
  /** Its ending says how it is read. */
  name: string;
  text: string;
  questions: ExamQuestion[];
}

export interface ExamSize {
  /** Of the prose, before facts and paragraphs come to it. What is not there is left out; short prose takes fewer facts. */
  numTokens: number;
  numFacts: number;
  numParagraphs: number;
  /** Of the reference work. */
  numEntries: number;
}

const paragraphsSchema = z.record(z.enum(['choose', 'report']), z.array(z.strictObject({
  text: z.string(), questions: z.array(z.strictObject({ question: z.string(), answer: z.string() })),
})));
type Paragraph = z.infer<typeof paragraphsSchema>[ExamSet][number];

/** The same depth from src/calibrate and dist/calibrate. */
const read = (file: string): string => readFileSync(new URL(`../../data/calibration/${file}`, import.meta.url), 'utf8');

export function makeExam(set: ExamSet, size: ExamSize, countTokens: (text: string) => number): Exam {
  const random = createRandom(set === 'choose' ? 1 : 2);
  const prose = cutProse(read(`${set}.txt`), size.numTokens, countTokens);
  const planted = plantFacts(prose, makeFacts(set, Math.min(size.numFacts, MAX_FACTS, maxPlanted(prose)), random), random);
  const facts = planted.facts.map(({ question, answer, startChar, endChar }): ExamQuestion => ({ kind: 'fact', question, answer, startChar, endChar }));
  const paragraphs = paragraphsSchema.parse(JSON.parse(read('paragraphs.json')))[set].slice(0, size.numParagraphs);
  // Every text here is ASCII: bytes, UTF-16 units and code points count alike.
  assert(/^\p{ASCII}*$/u.test(planted.text) && paragraphs.every(({ text }) => /^\p{ASCII}*$/u.test(text)), 'calibration texts are ASCII');
  return insertParagraphs(planted.text, facts, paragraphs, random);
}

/** Whole paragraphs. */
function cutProse(text: string, numTokens: number, countTokens: (text: string) => number): string {
  const kept: string[] = [];
  let count = 0;
  for (const paragraph of text.trim().split('\n\n')) {
    count += countTokens(paragraph);
    if (count > numTokens && kept.length > 0) break;
    kept.push(paragraph);
  }
  return kept.join('\n\n');
}

/** Each paragraph stands between two of the text's own, in random order. */
function insertParagraphs(text: string, facts: readonly ExamQuestion[], paragraphs: readonly Paragraph[], random: Random): Exam {
  const places = [...text.matchAll(/\n\n/g)].map((match) => match.index);
  const chosen = paragraphs.map((paragraph) => ({ paragraph, place: places.length > 0 ? random.take(places) : text.length })).sort((a, b) => a.place - b.place);
  let out = '';
  let from = 0;
  const questions: ExamQuestion[] = [];
  for (const { paragraph, place } of chosen) {
    out += `${text.slice(from, place)}\n\n`;
    questions.push(...questionsOf(paragraph, out.length));
    out += paragraph.text;
    from = place;
  }
  const shift = (char: number): number =>
    chosen.filter(({ place }) => place <= char).reduce((sum, { paragraph }) => sum + 2 + paragraph.text.length, char);
  const moved = facts.map((fact) => ({ ...fact, startChar: shift(fact.startChar), endChar: shift(fact.startChar) + fact.endChar - fact.startChar }));
  return { name: 'exam.txt', text: out + text.slice(from), questions: [...moved, ...questions] };
}

function questionsOf({ text, questions }: Paragraph, startChar: number): ExamQuestion[] {
  const sentences = sentencesOf(text);
  return questions.map(({ question, answer }) => {
    const at = text.indexOf(answer);
    const sentence = sentences.find(({ start, end }) => at >= start && at + answer.length <= end);
    assert(at >= 0 && sentence !== undefined && text.indexOf(answer, at + 1) < 0, `${answer} stands not once in one sentence of its paragraph`);
    const { length } = text.slice(sentence.start, sentence.end).trimEnd();
    return { kind: 'paragraph', question, answer, startChar: startChar + sentence.start, endChar: startChar + sentence.start + length };
  });
}
