// Plants facts at random sentence ends of a text, and says where they are.
import type { Random } from './random.ts';

export interface Fact {
  sentence: string;
  question: string;
  answer: string;
}

export interface PlantedFact extends Fact {
  /** Code points of the planted text: the sentence, and the answer inside it. */
  startChar: number;
  endChar: number;
  answerStart: number;
  answerEnd: number;
}

const SENTENCE_END = /[.!?]["”’']?(?=\s)/gu;
const numCodePoints = (s: string): number => {
  let n = 0;
  for (const _ of s) n++;
  return n;
};

const placesIn = (text: string): number[] => [...text.matchAll(SENTENCE_END)].map((m) => m.index + m[0].length);

/** Sentences for each fact, so that the text is not made of facts. */
const SENTENCES_PER_FACT = 4;
export const maxPlanted = (text: string): number => Math.floor(placesIn(text).length / SENTENCES_PER_FACT);

/**
 * Each fact becomes a sentence of its own after a randomly chosen sentence of the text; no two share a place.
 * `isPlace`: whether one may stand after the sentence that ends at the UTF-16 offset.
 */
export function plantFacts(
  text: string, facts: readonly Fact[], random: Random, isPlace: (offset: number) => boolean = () => true,
): { text: string; facts: PlantedFact[] } {
  const places = placesIn(text).filter(isPlace);
  if (facts.length > Math.floor(places.length / SENTENCES_PER_FACT)) {
    throw new RangeError(`the text has ${places.length} sentences, too few to plant ${facts.length} facts in`);
  }
  const chosen = facts.map((fact) => ({ fact, place: random.take(places) })).sort((a, b) => a.place - b.place);
  let out = '';
  let numChars = 0;
  let from = 0;
  const planted: PlantedFact[] = [];
  for (const { fact, place } of chosen) {
    const before = `${text.slice(from, place)} `;
    out += before + fact.sentence;
    const startChar = numChars + numCodePoints(before);
    const answerStart = startChar + numCodePoints(fact.sentence.slice(0, fact.sentence.lastIndexOf(fact.answer)));
    numChars = startChar + numCodePoints(fact.sentence);
    planted.push({ ...fact, startChar, endChar: numChars, answerStart, answerEnd: answerStart + numCodePoints(fact.answer) });
    from = place;
  }
  return { text: out + text.slice(from), facts: planted };
}
