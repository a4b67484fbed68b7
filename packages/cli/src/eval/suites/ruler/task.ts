// What the tasks of RULER have in common. RULER puts an instruction before the context and the question after it: here instruction and
// context are the document, which is read once, and the question is asked of it. Its answer prefix, which begins the model's own turn, is left out.
import type { EvalDocument, EvalQuestion, SuiteOptions } from '../../contract.ts';
import type { BuiltText, DocumentBuilder, UnitRange } from '../../text/builder.ts';
import { Sizer } from '../../text/fit.ts';
import { seeded } from '../../text/seeded.ts';
import type { Random } from '@lectern/reader';

/** One sample before its offsets are counted. */
export interface Draft {
  document: DocumentBuilder;
  question: string;
  answers: string[];
  /** Where the answers stand; [] where the whole document answers. */
  gold: UnitRange[];
  /** Handed over for the reader's ceiling; default: the gold ranges with the sentences around them. */
  goldPassage?: string;
}

export interface RulerTask {
  name: string;
  /** Room that the protocol leaves for the answer, tokens. */
  answerTokens: number;
  judge: EvalQuestion['judge'];
  /** Units of filler are tried in multiples of it. */
  step: (numTokens: number) => number;
  /** What is loaded once for all samples; then sample `index` with so many units of filler. */
  prepare: (options: SuiteOptions) => Promise<(units: number, random: Random, index: number) => Draft>;
}

/** The protocol's step, 500 words of prose or 25 lines, in long documents; a finer one in short ones, which it would leave half empty. */
const finer = (usual: number, tokensPerUnit: number) => (numTokens: number): number =>
  Math.min(usual, Math.max(1, Math.floor((numTokens * MAX_EMPTY) / tokensPerUnit)));
const MAX_EMPTY = 0.02;
export const WORDS_STEP = finer(500, 1.5);
export const LINES_STEP = finer(25, 80);

export async function* samplesOf(task: RulerTask, options: SuiteOptions): AsyncIterable<EvalDocument> {
  const draft = await task.prepare(options);
  const sizer = new Sizer(options.numTokens - task.answerTokens);
  for (let index = 0; index < options.samples; index++) {
    const { built, question, answers, gold, goldPassage } = sizer.fit({
      step: task.step(options.numTokens),
      build: (units) => {
        const { document, ...rest } = draft(units, seeded(options.seed, 'ruler', task.name, index), index);
        return { built: document.build(), ...rest };
      },
      tokensOf: (sample) => options.countTokens(sample.built.text) + options.countTokens(sample.question),
    });
    const passage = goldPassage ?? (gold.length === 0 ? undefined : built.passage(gold));
    const asked: EvalQuestion = {
      id: `${task.name}-${index}`, task: task.name, question, answers, judge: task.judge, gold: built.gold(gold),
      ...(passage === undefined ? {} : { goldPassage: passage }),
    };
    yield documentOf(`ruler-${task.name}-${options.numTokens}-${options.seed}-${index}.txt`, built, asked);
  }
}

const documentOf = (name: string, built: BuiltText, question: EvalQuestion): EvalDocument =>
  ({ name, bytes: built.bytes, mediaType: 'text/plain', questions: [question] });
