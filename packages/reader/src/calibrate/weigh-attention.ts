// Weighs the attention route: questions that words alone do not settle, ranked by every route once, fused with each weight. Chosen on one pair of
// texts, reported on the other. The planted facts are left out: any weight finds them.
import { setImmediate } from 'node:timers/promises';
import type { RetrievalSettings } from '@lectern/model';
import type { ReaderContext } from '../contract.ts';
import { throwIfCancelled } from '../control.ts';
import { weightsOf } from '../find/fuse.ts';
import { type ScanRoute, scanReadings } from '../find/scan.ts';
import { chooseWeight, type RankedQuestion, type WeightFigures, weightFigures, WEIGHTS } from './choose-weight.ts';
import type { Exam, ExamQuestion } from './exam.ts';
import { goldBlocks } from './gold.ts';
import { type ProgressHooks, readExam, withRetrieval } from './recall.ts';

export interface AttentionWeighing {
  routes: ScanRoute[];
  present: number;
  chosen: number;
  /** Of each weight, and of 0: without attention. */
  choosing: WeightFigures[];
  reporting: WeightFigures[];
}

/** Without an embedder attention is weighed against BM25 alone. */
export async function weighAttention(
  ctx: ReaderContext, retrieval: RetrievalSettings, exams: Record<'choose' | 'report', readonly Exam[]>, hooks: Record<'read' | 'weigh', ProgressHooks>,
): Promise<AttentionWeighing> {
  const reading = withRetrieval(ctx, retrieval);
  const routes: ScanRoute[] = ['attention', 'bm25', ...(ctx.embedder === undefined ? [] : ['embedding' as const])]; // a second look is of what these find
  const present = weightsOf(retrieval).attention;
  const choosing = await rank(reading, exams.choose, routes, hooks);
  const reporting = await rank(reading, exams.report, routes, hooks);
  const shown = [...new Set([0, ...WEIGHTS, present])].sort((a, b) => a - b);
  return { routes, present, chosen: chooseWeight(choosing, present), choosing: weightFigures(choosing, shown), reporting: weightFigures(reporting, shown) };
}

async function rank(ctx: ReaderContext, exams: readonly Exam[], routes: readonly ScanRoute[], { read, weigh }: Record<'read' | 'weigh', ProgressHooks>): Promise<RankedQuestion[]> {
  const asked = exams.map((exam) => ({ exam, questions: exam.questions.filter(isHard) })).filter(({ questions }) => questions.length > 0);
  const total = asked.reduce((sum, { questions }) => sum + questions.length, 0);
  const ranked: RankedQuestion[] = [];
  for (const { exam, questions } of asked) {
    const plan = await readExam(ctx, exam, read);
    const gold = await goldBlocks(ctx, plan, questions);
    for (const [i, { question }] of questions.entries()) {
      ranked.push({ rankings: (await scanReadings(ctx, [plan], question, routes)).rankings, gold: gold[i] });
      weigh.onProgress?.(ranked.length, total);
      await setImmediate();
      throwIfCancelled(weigh.control);
    }
  }
  return ranked;
}

const isHard = ({ kind }: ExamQuestion): boolean => kind !== 'fact';
