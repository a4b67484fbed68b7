// A reference work with known questions: invented towns and people, each with the same fields below a heading of its own, so that a line never
// says whose it is. A question names the entry, which several blocks belong to, and asks for a field, half of the time in other words.
// Made from a seed, without a network. Two that share no name, form or title.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Exam, ExamQuestion } from './exam.ts';
import type { ExamSet } from './facts.ts';
import * as names from './names.ts';
import { createRandom, type Random } from './random.ts';

/** Asked about, of the ten fields of an entry. */
const FIELDS_ASKED = 2;
const NUM_PEOPLE = 24;

const field = z.strictObject({ line: z.string(), question: z.string() });
const work = z.strictObject({ title: z.string(), town: z.array(field), person: z.array(field) });
const schema = z.strictObject({ choose: work, report: work });

const LISTS: Record<string, readonly string[]> = {
  month: names.MONTHS, city: names.CITIES, colour: names.COLOURS, animal: names.ANIMALS, dish: names.DISHES, trade: names.TRADES, instrument: names.INSTRUMENTS, plant: names.PLANTS,
};

/** Markdown. `numEntries`: at most; there are 46, with two questions each. */
export function makeReferenceWork(set: ExamSet, numEntries: number): Exam {
  const random = createRandom(set === 'choose' ? 3 : 4);
  const { title, town, person } = schema.parse(JSON.parse(readFileSync(new URL('../../data/calibration/entries.json', import.meta.url), 'utf8')))[set]; // the same depth from dist
  const { first, last, town: towns } = structuredClone(set === 'choose' ? names.CHOOSING_NAMES : names.REPORTING_NAMES) as names.Names;
  const entries = shuffled([
    ...towns.map((name) => ({ name, fields: town })),
    ...Array.from({ length: NUM_PEOPLE }, () => ({ name: `${random.take(first)} ${random.take(last)}`, fields: person })),
  ], random).slice(0, numEntries);
  const questions: ExamQuestion[] = [];
  let text = `# ${title}\n`;
  for (const { name, fields } of entries) {
    text += `\n## ${name}\n\n`;
    const asked = new Set(shuffled(fields, random).slice(0, FIELDS_ASKED)); // wherever they stand
    for (const each of shuffled(fields, random)) {
      const { sentence, answer } = filled(each.line, random);
      const startChar = text.length; // all of it is ASCII
      text += `${sentence} `;
      if (asked.has(each)) questions.push({ kind: 'entry', question: each.question.replace('{name}', name), answer, startChar, endChar: startChar + sentence.length });
    }
    text = `${text.trimEnd()}\n`;
  }
  return { name: 'exam.md', text, questions };
}

/** The line with a value for its {kind} or {low-high}. */
function filled(line: string, random: Random): { sentence: string; answer: string } {
  const [slot, kind] = /\{([^}]*)\}/.exec(line) as RegExpExecArray;
  const [low, high] = kind.split('-').map(Number);
  const answer = LISTS[kind] === undefined ? String(low + random.below(high - low)) : random.pick(LISTS[kind]);
  return { sentence: line.replace(slot, answer), answer };
}

const shuffled = <T>(items: readonly T[], random: Random): T[] => {
  const left = [...items];
  return items.map(() => random.take(left));
};
