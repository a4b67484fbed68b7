// Questions over many paragraphs: XQuAD's, shuffled, with paragraphs of the book where a longer document is wanted. Some paragraphs are left
// out: their questions are the unanswerable ones, beside other paragraphs of the same article.
import { normalizeAnswer, type Random } from '@lectern/reader';
import { loadXquad, type XquadParagraph, type XquadQuestion } from '../data/xquad.ts';
import type { EvalDocument, EvalQuestion, Suite, SuiteOptions } from '../contract.ts';
import { DocumentBuilder } from '../text/builder.ts';
import { loadProse, paragraphsIn } from '../text/prose.ts';
import { sample, seeded, shuffled } from '../text/seeded.ts';

export const SQUAD_TASKS: readonly string[] = ['squad', 'unanswerable'];

/** Of each task in one document. */
const MAX_QUESTIONS = 100;
/** Every how manieth paragraph is left out: there are five to an article, so that its questions look as if they had an answer. */
const LEFT_OUT_OF = 5;
/** Questions are asked about what fits in so many tokens, and so are the same in longer documents of the same seed. */
const ASKED_TOKENS = 8_192;
/** Shorter paragraphs of the book are headings and cries. */
const MIN_FILLER_CHARS = 200;

export const squad: Suite = {
  name: 'squad',
  summary: 'questions of XQuAD English over its paragraphs, shuffled among each other and, in long documents, among paragraphs of Moby-Dick; and questions whose paragraph is left out',
  licence: 'XQuAD: CC BY-SA 4.0; book: public domain',
  async *documents(options) {
    const source: Source = {
      paragraphs: (await loadXquad(options)).map((paragraph) => ({ ...paragraph, numTokens: options.countTokens(`${paragraph.text}\n\n`) })),
      filler: paragraphsIn(await loadProse(options)).filter(({ length }) => length >= MIN_FILLER_CHARS),
    };
    const left = { squad: options.samples, unanswerable: options.samples };
    for (let part = 0; left.squad > 0 || left.unanswerable > 0; part++) {
      const document = documentOf(source, options, part, left);
      if (document.questions.length === 0) throw new RangeError(`${options.numTokens} tokens are too few for questions over paragraphs`);
      yield document;
    }
  },
};

type Paragraph = XquadParagraph & { numTokens: number };
interface Source { paragraphs: readonly Paragraph[]; filler: readonly string[] }
type Left = Record<'squad' | 'unanswerable', number>;

function documentOf({ paragraphs, filler }: Source, options: SuiteOptions, part: number, left: Left): EvalDocument {
  const random = seeded(options.seed, 'squad', part, options.numTokens);
  const { kept } = choose(paragraphs, options.numTokens, seeded(options.seed, 'squad', part));
  const asked = choose(paragraphs, Math.min(options.numTokens, ASKED_TOKENS), seeded(options.seed, 'squad', part));
  const room = options.numTokens - kept.reduce((sum, { numTokens }) => sum + numTokens, 0);
  const items: Array<Paragraph | string> = shuffled([...kept, ...take(filler, room, options.countTokens, random)], random);
  const document = new DocumentBuilder();
  const starts = new Map(items.map((item) => {
    const { start } = document.add(typeof item === 'string' ? item : item.text);
    document.add('\n\n');
    return [item, start];
  }));
  const built = document.build();
  const idOf = ({ id }: XquadQuestion): string => `${part}-${id}`;
  const answerable = asked.kept.flatMap((paragraph) => paragraph.questions.map((question): EvalQuestion => {
    const start = starts.get(paragraph)! + question.answerStart;
    return {
      id: idOf(question), task: 'squad', question: question.question, answers: question.answers, judge: 'any',
      gold: built.gold([{ start, end: start + question.answers[0]!.length }]), goldPassage: paragraph.text,
    };
  }));
  const unanswerable = asked.leftOut.flatMap((paragraph) => paragraph.questions.filter((question) => !isAnsweredBeside(question, paragraph, paragraphs)).map((question): EvalQuestion => ({
    id: `${idOf(question)}-left-out`, task: 'unanswerable', question: question.question, answers: question.answers, judge: 'any', gold: [], answerable: false,
  })));
  const questions = [
    ...some(answerable, left, 'squad', seeded(options.seed, 'squad', part, 'asked')),
    ...some(unanswerable, left, 'unanswerable', seeded(options.seed, 'squad', part, 'left out')),
  ];
  return { name: `squad-${options.numTokens}-${options.seed}-${part}.txt`, bytes: built.bytes, mediaType: 'text/plain', questions };
}

/** Whole articles in random order as far as there is room, one paragraph of five left out. */
function choose(paragraphs: readonly Paragraph[], numTokens: number, random: Random): { kept: Paragraph[]; leftOut: Paragraph[] } {
  const articles = shuffled([...new Set(paragraphs.map(({ article }) => article))], random);
  const kept: Paragraph[] = [];
  const leftOut: Paragraph[] = [];
  let room = numTokens;
  for (const article of articles) {
    for (const [i, paragraph] of shuffled(paragraphs.filter((p) => p.article === article), random).entries()) {
      if (i % LEFT_OUT_OF === 0) leftOut.push(paragraph);
      else if (paragraph.numTokens <= room) {
        kept.push(paragraph);
        room -= paragraph.numTokens;
      } else return { kept, leftOut };
    }
  }
  return { kept, leftOut };
}

/** Paragraphs of the book from a random one on, around its end, as far as there is room. */
function take(filler: readonly string[], room: number, countTokens: (text: string) => number, random: Random): string[] {
  const taken: string[] = [];
  const start = random.below(filler.length);
  for (let i = 0; i < filler.length; i++) {
    const paragraph = filler[(start + i) % filler.length]!;
    room -= countTokens(`${paragraph}\n\n`);
    if (room < 0) break;
    taken.push(paragraph);
  }
  return taken;
}

/** Whether another paragraph of the same article holds an answer's words: then the question may be answerable after all. */
const isAnsweredBeside = ({ answers }: XquadQuestion, own: Paragraph, all: readonly Paragraph[]): boolean =>
  all.some((paragraph) => paragraph !== own && paragraph.article === own.article && answers.some((answer) => normalizeAnswer(paragraph.text).includes(normalizeAnswer(answer))));

function some(questions: readonly EvalQuestion[], left: Left, task: keyof Left, random: Random): EvalQuestion[] {
  const chosen = sample(questions, Math.min(left[task], MAX_QUESTIONS, questions.length), random);
  left[task] -= chosen.length;
  return chosen;
}
