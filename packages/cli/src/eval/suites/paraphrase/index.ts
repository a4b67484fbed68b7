// Paraphrased facts: sentences planted in a novel, asked about in other words. No content word of a question stands in its sentence.
import { createRandom, maxPlanted, plantFacts, type PlantedFact } from '@lectern/reader';
import { readFileSync } from 'node:fs';
import { longText } from '../../../bench/long-text.ts';
import { fetchBook } from '../../../demo/book.ts';
import type { EvalDocument, EvalQuestion, Suite, SuiteOptions } from '../../contract.ts';
import { passageAround } from '../../text/passage-around.ts';
import { shuffled } from '../../text/seeded.ts';
import type { Pair } from './pair.ts';
import { PAIRS } from './pairs/index.ts';

/** The others are asked about without being in the document. */
const MAX_PLANTED = 200;
/** Of the ends of sentences, at least: the others are in headings and exclamations. */
const IN_PARAGRAPHS = 0.7;
const MIN_PARAGRAPH_UNITS = 60;

export const PARAPHRASE_TASKS = ['paraphrase', 'paraphrase_absent'];

export const paraphrase: Suite = {
  name: 'paraphrase',
  summary: `${PAIRS.length} facts planted in a novel, asked about in other words; and questions about facts that were not planted`,
  licence: 'facts: Apache-2.0, written for this project; Moby-Dick and the speeches on the state of the union: public domain',
  documents,
};

async function* documents(options: SuiteOptions): AsyncGenerator<EvalDocument> {
  const { samples, seed } = options;
  const random = createRandom(seed);
  const haystack = createHaystack(options);
  let order: Pair[] = [];
  for (let asked = 0, index = 0; asked < samples; index++) {
    if (order.length === 0) order = shuffled(PAIRS, random);
    const wanted = order.slice(0, Math.min(samples - asked, MAX_PLANTED));
    const text = await haystack(wanted);
    const planted = order.splice(0, Math.min(wanted.length, Math.floor(maxPlanted(text) * IN_PARAGRAPHS)));
    if (planted.length === 0) throw new RangeError(`a text of ${options.numTokens} tokens is too short to plant a fact in`);
    const isPlanted = new Set(planted);
    const absent = shuffled(PAIRS.filter((pair) => !isPlanted.has(pair)), random).slice(0, planted.length);
    const document = plantFacts(text, planted.map(([sentence, question, answer]) => ({ sentence, question, answer })), random, inParagraph(text));
    const id = `paraphrase-${options.numTokens}-${seed}-${index}`;
    yield { name: `${id}.txt`, bytes: Buffer.from(document.text), mediaType: 'text/plain', questions: [...present(id, document), ...missing(id, absent)] };
    asked += planted.length;
  }
}

/** Whether a place lies in a line that is no heading: 'CHAPTER 7. The Chapel.' is no two sentences. */
const inParagraph = (text: string) => (offset: number): boolean => {
  const next = text.indexOf('\n', offset);
  return (next < 0 ? text.length : next) - (text.lastIndexOf('\n', offset - 1) + 1) >= MIN_PARAGRAPH_UNITS;
};

const present = (id: string, { text, facts }: { text: string; facts: readonly PlantedFact[] }): EvalQuestion[] => facts.map((fact, i) => {
  const start = text.indexOf(fact.sentence);
  return {
    id: `${id}-${i}`, task: 'paraphrase', question: fact.question, answers: [fact.answer], judge: 'any', gold: [{ start: fact.answerStart, end: fact.answerEnd }],
    goldPassage: passageAround(text, { start, end: start + fact.sentence.length }),
  };
});

const missing = (id: string, pairs: readonly Pair[]): EvalQuestion[] => pairs.map(([, question], i) => (
  { id: `${id}-absent-${i}`, task: 'paraphrase_absent', question, answers: [], judge: 'any', gold: [], answerable: false }));

/** Text that has about numTokens tokens together with the facts. Its characters per token are measured once. */
function createHaystack({ numTokens, dataFolder, countTokens, say }: SuiteOptions): (facts: readonly Pair[]) => Promise<string> {
  let perToken: number | undefined;
  return async (facts) => {
    const book = readFileSync(await fetchBook(dataFolder, say), 'utf8');
    const forText = Math.max(numTokens / 2, numTokens - countTokens(facts.map(([sentence]) => sentence).join(' ')));
    const text = (ofTokens: number): Promise<string> => longText(book, Math.round(ofTokens), dataFolder, say);
    perToken ??= countTokens(await text(numTokens)) / numTokens;
    return text(forText / perToken);
  };
}
