// Structured documents: reference works in which the line that holds a fact does not repeat the name of its entry.
import { createRandom, type Random } from '@lectern/reader';
import type { MediaType } from '@lectern/shared';
import type { EvalDocument, EvalQuestion, Suite, SuiteOptions } from '../../contract.ts';
import { codePointsOf } from '../../text/code-points.ts';
import { passageAround } from '../../text/passage-around.ts';
import { shuffled } from '../../text/seeded.ts';
import { type Assembled, assemble, chooseUnits, type LocatedFact } from './assemble.ts';
import { factbook } from './factbook.ts';
import { mathjs } from './mathjs.ts';
import { npmManual } from './npm-manual.ts';
import { sqlalchemyManual } from './sqlalchemy-manual.ts';
import type { Unit, Work } from './unit.ts';

/** One of each work. */
export const STRUCTURED_TASKS = ['mathjs', 'factbook', 'npm_manual', 'sqlalchemy_manual'];

export const structured: Suite = {
  name: 'structured',
  summary: 'the World Factbook with the function reference of math.js (Markdown), the manuals of npm and of SQLAlchemy (HTML): values under an entry whose name their line does not repeat',
  licence: 'World Factbook: public domain; math.js: Apache-2.0; npm: Artistic-2.0; SQLAlchemy: MIT',
  documents,
};

type Load = (folder: string, say: (line: string) => void) => Promise<Work>;
/** Two works share a document: the first takes at most half, the second, of over a million tokens, what is left. */
const FORMATS: ReadonlyArray<{ mediaType: MediaType; extension: string; works: readonly [Load, Load] }> = [
  { mediaType: 'text/markdown', extension: 'md', works: [mathjs, factbook] },
  { mediaType: 'text/html', extension: 'html', works: [npmManual, sqlalchemyManual] },
];
/** Of one format; fewer questions than samples when they hold no more facts. */
const MAX_DOCUMENTS = 64;

async function* documents(options: SuiteOptions): AsyncGenerator<EvalDocument> {
  const { numTokens, seed, samples, dataFolder, countTokens, say } = options;
  for (const { mediaType, extension, works: loads } of FORMATS) {
    const random = createRandom(seed);
    const works = [await loads[0](dataFolder, say), await loads[1](dataFolder, say)] as const;
    const wanted = new Map(works.map(({ task }) => [task, samples]));
    const asked = new Set<string>();
    for (let index = 0; index < MAX_DOCUMENTS && [...wanted.values()].some((left) => left > 0); index++) {
      const hasNew = (unit: Unit): boolean => unit.facts.some(({ key }) => !asked.has(key));
      const first = chooseUnits(works[0].units, numTokens / 2, hasNew, countTokens, random);
      const left = numTokens - first.reduce((sum, unit) => sum + countTokens(unit.text), 0);
      const second = chooseUnits(works[1].units, left, hasNew, countTokens, random);
      const whole = await assemble([...first, ...second], mediaType);
      const name = `structured-${extension}-${numTokens}-${seed}-${index}`;
      const questions = works.flatMap(({ task }, i) => {
        const chosen = ask(whole, [first, second][i] as Unit[], task, `${name}-${i}`, wanted.get(task) ?? 0, asked, random);
        wanted.set(task, (wanted.get(task) ?? 0) - chosen.length);
        return chosen;
      });
      if (questions.length === 0) break;
      yield { name: `${name}.${extension}`, bytes: whole.bytes, mediaType, questions };
    }
  }
}

/** New questions about the units; a fact that several of them state may be found in any. */
function ask({ text, facts }: Assembled, units: readonly Unit[], task: string, id: string, count: number, asked: Set<string>, random: Random): EvalQuestion[] {
  const ofUnits = new Set(units.flatMap((unit) => unit.facts));
  const byKey = new Map<string, LocatedFact[]>();
  for (const located of facts) {
    if (ofUnits.has(located.fact)) byKey.set(located.fact.key, [...(byKey.get(located.fact.key) ?? []), located]);
  }
  const keys = shuffled([...byKey.keys()].filter((key) => !asked.has(key)), random).slice(0, count);
  for (const key of keys) asked.add(key);
  const points = codePointsOf(text);
  return keys.map((key, i) => {
    const places = byKey.get(key) as LocatedFact[];
    const { fact, start, end } = places[0] as LocatedFact;
    return {
      id: `${id}-${i}`, task, question: fact.question, answers: [...new Set(places.flatMap((place) => place.fact.answers))], judge: 'any',
      gold: places.map((place) => ({ start: points(place.start), end: points(place.end) })),
      goldPassage: passageAround(text, { start, end }),
    };
  });
}
