// Facts planted at random sentence ends of a real text, and a question about each.
import { createRandom, maxPlanted, type PlantedFact, plantFacts } from '@lectern/reader';
import type { EvalQuestion, Suite } from '../../contract.ts';
import { codePointsOf } from '../../text/code-points.ts';
import { cutToTokens } from '../../text/cut.ts';
import { passageAround } from '../../text/passage-around.ts';
import { loadProse } from '../../text/prose.ts';
import { makeFacts, MAX_FACTS } from './facts.ts';

export const planted: Suite = {
  name: 'planted',
  summary: 'invented facts of 16 sentence forms at random sentence ends of Moby-Dick (then the speeches on the state of the union), many to a document',
  licence: 'texts: public domain; facts: Apache-2.0, of this project',
  async *documents(options) {
    const { numTokens, samples, seed } = options;
    const text = cutToTokens(await loadProse(options), numTokens, options.countTokens);
    const perDocument = Math.min(MAX_FACTS, maxPlanted(text));
    for (let first = 0; first < samples; first += perDocument) {
      // The first document of a seed is the same as ever, so that figures of that seed can be compared.
      const random = createRandom(first === 0 ? seed : seed + 1_000_003 * first);
      const planting = plantFacts(text, makeFacts(Math.min(perDocument, samples - first), random), random);
      const codePoints = codePointsOf(planting.text);
      yield {
        name: `planted-${seed}-${first}.txt`, bytes: Buffer.from(planting.text), mediaType: 'text/plain',
        questions: planting.facts.map((fact, i) => questionOf(fact, `planted-${first + i}`, planting.text, codePoints)),
      };
    }
  },
};

function questionOf(fact: PlantedFact, id: string, text: string, codePoints: (unit: number) => number): EvalQuestion {
  const start = text.indexOf(fact.sentence);
  if (codePoints(start) !== fact.startChar) throw new RangeError(`the sentence ${JSON.stringify(fact.sentence)} stands twice in the text`);
  return {
    id, task: 'planted', question: fact.question, answers: [fact.answer], judge: 'any',
    gold: [{ start: fact.answerStart, end: fact.answerEnd }],
    goldPassage: passageAround(text, { start, end: start + fact.sentence.length }),
  };
}
