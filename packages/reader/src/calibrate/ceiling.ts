// The reader's ceiling: the share of questions that the model answers rightly with the passage that answers them before it.
import { setImmediate } from 'node:timers/promises';
import type { AnswerModel } from '../answer-model/contract.ts';
import { createLocalReader } from '../answer-model/local.ts';
import { answerByReread } from '../ask/reread.ts';
import type { ReaderContext, ReadingPlan } from '../contract.ts';
import { throwIfCancelled } from '../control.ts';
import { Places } from '../find/places.ts';
import type { Exam } from './exam.ts';
import { answerContains } from './judge.ts';
import type { Gold } from './ranks.ts';
import type { ProgressHooks } from './recall.ts';

const MAX_ANSWER_TOKENS = 40;

export interface Ceiling {
  reads: AnswerModel['reads'];
  numRight: number;
  numQuestions: number;
}

/**
 * As `ask` would answer from it: shown the one sentence that fits the question (by a span of it where the question asks for one), and shown the
 * whole passage (freely); the better of the two first, of equals the passage. An embedder has its part in choosing the sentence.
 */
export async function measureCeilings(ctx: ReaderContext, plan: ReadingPlan, exam: Exam, gold: readonly Gold[], { control, onProgress }: ProgressHooks): Promise<Ceiling[]> {
  const ceilings: Ceiling[] = [];
  for (const reads of ['passages', 'sentence'] as const) {
    const reading: ReaderContext = { ...ctx, reader: createLocalReader(ctx.model, reads) };
    const places = new Places(reading, [plan]);
    await places.reading(0); // opens it: hits name their document
    let numRight = 0;
    for (const [i, { question, answer }] of exam.questions.entries()) {
      const hit = { document: plan.documentId, block: gold[i].first, score: 1 };
      const { generated } = await answerByReread(reading, places, [hit], {
        question, routes: ['attention'], top: 1, mode: 'reread', maxOutputTokens: MAX_ANSWER_TOKENS, ...(control === undefined ? {} : { control }),
      });
      if (answerContains(generated.text, answer)) numRight++;
      onProgress?.(ceilings.length * exam.questions.length + i + 1, 2 * exam.questions.length);
      await setImmediate();
      throwIfCancelled(control);
    }
    ceilings.push({ reads, numRight, numQuestions: exam.questions.length });
  }
  return ceilings.sort((a, b) => b.numRight - a.numRight);
}
