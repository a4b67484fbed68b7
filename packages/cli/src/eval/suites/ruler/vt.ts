// Variable tracking: one chain of assignments, four hops, in noise; all names that end up with the value are asked for.
import type { Random } from '@lectern/reader';
import { DocumentBuilder, type UnitRange } from '../../text/builder.ts';
import { digits } from '../../text/seeded.ts';
import { NOISE } from './noise.ts';
import { LINES_STEP, type RulerTask } from './task.ts';

const NUM_HOPS = 4;
/** Lines of noise of the worked example, which has about 500 tokens. */
const EXAMPLE_LINES = 14;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

export const VARIABLE_TRACKING: RulerTask = {
  name: 'vt', answerTokens: 30, judge: 'all', step: LINES_STEP,
  prepare: async () => (units, random) => {
    const document = new DocumentBuilder();
    const example = chain(3, random);
    put(document, example, EXAMPLE_LINES, random);
    document.add(`\nQuestion: ${questionOf(example.value)} Answer: According to the chain(s) of variable assignment in the text above, ${NUM_HOPS + 1} variables are assigned the value ${example.value}, they are: ${example.names.join(' ')}\n\n`);
    const asked = chain(5, random);
    const gold = put(document, asked, units, random);
    return { document, question: questionOf(asked.value), answers: asked.names, gold, goldPassage: asked.statements.join(' ') };
  },
};

interface Chain { names: string[]; value: string; statements: string[] }

function chain(numLetters: number, random: Random): Chain {
  const names = new Set<string>();
  while (names.size <= NUM_HOPS) names.add(Array.from({ length: numLetters }, () => random.pick([...LETTERS])).join(''));
  const list = [...names];
  const value = digits(5, random);
  return { names: list, value, statements: list.map((name, i) => `VAR ${name} = ${i === 0 ? value : `VAR ${list[i - 1]}`}.`) };
}

/** In order, at random places; returns where the statements stand. */
function put(document: DocumentBuilder, { statements }: Chain, numLines: number, random: Random): UnitRange[] {
  document.add('Memorize and track the chain(s) of variable assignment hidden in the following text.\n\n');
  const places = statements.map(() => random.below(numLines + 1)).sort((a, b) => a - b);
  let from = 0;
  return statements.map((statement, i) => {
    document.add(`${NOISE}\n`.repeat(places[i]! - from));
    from = places[i]!;
    const range = document.add(statement);
    document.add(i === statements.length - 1 ? `\n${`${NOISE}\n`.repeat(numLines - from)}` : '\n');
    return range;
  });
}

const questionOf = (value: string): string => `Find all variables that are assigned the value ${value} in the text above.`;
