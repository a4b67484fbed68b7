// Questions among numbered documents. RULER takes SQuAD (qa_1) and HotpotQA (qa_2); here both are XQuAD English, of different articles: qa_2
// has HotpotQA's form, titles and neighbours of the same article among the documents, but needs one paragraph only.
import type { Random } from '@lectern/reader';
import { loadXquad, type XquadParagraph, type XquadQuestion } from '../../data/xquad.ts';
import { DocumentBuilder, type UnitRange } from '../../text/builder.ts';
import { loadProse, paragraphsIn } from '../../text/prose.ts';
import { seeded, shuffled } from '../../text/seeded.ts';
import type { Draft, RulerTask } from './task.ts';

const INSTRUCTION = 'Answer the question based on the given documents. Only give me the answer and do not output any other words.';
/** Shorter paragraphs of the book are headings and cries. */
const MIN_FILLER_CHARS = 300;

export const QA_TASKS: readonly RulerTask[] = [
  task('qa_1', { parity: 0, title: false }),
  task('qa_2', { parity: 1, title: true }),
];

function task(name: string, form: { parity: number; title: boolean }): RulerTask {
  return {
    name, answerTokens: 32, judge: 'any', step: () => 1,
    prepare: async (options) => {
      const paragraphs = await loadXquad(options);
      const filler = paragraphsIn(await loadProse(options)).filter(({ length }) => length >= MIN_FILLER_CHARS);
      const questions = paragraphs.filter(({ article }) => article % 2 === form.parity).flatMap((gold) => gold.questions.map((question) => ({ gold, question })));
      const inTurn = shuffled(questions, seeded(options.seed, 'ruler', name));
      return (units, random, index) => draft(inTurn[index % inTurn.length]!, { paragraphs, filler, units, title: form.title }, random);
    },
  };
}

interface Asked { gold: XquadParagraph; question: XquadQuestion }
interface Around { paragraphs: readonly XquadParagraph[]; filler: readonly string[]; units: number; title: boolean }

/** `units` documents beside the gold one: first of its article, then of others, then paragraphs of the book. */
function draft({ gold, question }: Asked, { paragraphs, filler, units, title }: Around, random: Random): Draft {
  const others = shuffled(paragraphs.filter((p) => p !== gold), random).sort((a, b) => Number(b.article === gold.article) - Number(a.article === gold.article));
  const chosen: Array<XquadParagraph | string> = [...others, ...filler].slice(0, units);
  const document = new DocumentBuilder();
  document.add(`${INSTRUCTION}\n\nThe following are given documents.\n\n`);
  let range: UnitRange | undefined;
  for (const [i, item] of shuffled([gold, ...chosen], random).entries()) {
    document.add(`${i === 0 ? '' : '\n\n'}Document ${i + 1}:\n${title && typeof item !== 'string' ? `${item.title}\n` : ''}`);
    const { start } = document.add(typeof item === 'string' ? item : item.text);
    if (item === gold) range = { start: start + question.answerStart, end: start + question.answerStart + question.answers[0]!.length };
  }
  return { document, question: question.question, answers: question.answers, gold: [range!], goldPassage: gold.text };
}
