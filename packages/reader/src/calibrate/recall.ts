// How well given settings find, through the reader's own way: read the exam, ask every question on each set of routes.
import { setImmediate } from 'node:timers/promises';
import type { Control, RetrievalSettings } from '@lectern/model';
import type { Route } from '@lectern/shared';
import type { ReaderContext, ReadingPlan } from '../contract.ts';
import { throwIfCancelled } from '../control.ts';
import { find } from '../find/find.ts';
import { readDocument } from '../read-document.ts';
import type { Exam } from './exam.ts';
import { type Recall, recallOf } from './ranks.ts';

export interface RouteRecall {
  routes: Route[];
  recall: Recall;
  /** Of the first passage that shows the answering sentence; beyond the first 8: 9. */
  ranks: Int32Array; // (numQuestions)
}

export interface ProgressHooks {
  control?: Control | undefined;
  onProgress?: ((done: number, total: number) => void) | undefined;
}

export async function readExam(ctx: ReaderContext, exam: Exam, { control, onProgress }: ProgressHooks): Promise<ReadingPlan> {
  const total = ctx.model.tokenizer.encode(exam.text).ids.length;
  let done = 0;
  return readDocument(ctx, {
    bytes: Buffer.from(exam.text), name: exam.name, ...(control === undefined ? {} : { control }),
    onChunk: ({ numTokens }) => {
      done += numTokens;
      onProgress?.(done, total);
    },
  });
}

/** Attention, BM25, and both fused: the embedding route knows nothing of the model. */
const ROUTE_SETS: Route[][] = [['attention'], ['bm25'], ['attention', 'bm25']];

export async function measureRecall(ctx: ReaderContext, plan: ReadingPlan, exam: Exam, { control, onProgress }: ProgressHooks): Promise<RouteRecall[]> {
  const ranks = ROUTE_SETS.map(() => new Int32Array(exam.questions.length));
  for (const [i, { question, startChar, endChar }] of exam.questions.entries()) {
    for (const [r, routes] of ROUTE_SETS.entries()) {
      const { passages } = await find(ctx, [plan], { question, routes, top: 8 });
      const at = passages.findIndex((passage) => passage.startChar < endChar && passage.endChar > startChar);
      ranks[r][i] = at < 0 ? 9 : at + 1;
    }
    onProgress?.(i + 1, exam.questions.length);
    await setImmediate();
    throwIfCancelled(control);
  }
  return ROUTE_SETS.map((routes, r) => ({ routes, recall: recallOf(ranks[r]), ranks: ranks[r] }));
}

export const withRetrieval = (ctx: ReaderContext, retrieval: RetrievalSettings): ReaderContext => ({ ...ctx, model: { ...ctx.model, retrieval } });
