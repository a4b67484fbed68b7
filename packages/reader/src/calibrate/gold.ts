// Where in a reading the answers of an exam lie: the blocks that overlap each answering sentence.
import type { ReaderContext, ReadingPlan } from '../contract.ts';
import { PlaceFinder } from '../find/passage.ts';
import type { ExamQuestion } from './exam.ts';
import type { Gold } from './ranks.ts';

export async function goldBlocks(ctx: ReaderContext, plan: ReadingPlan, questions: readonly ExamQuestion[]): Promise<Gold[]> {
  const places = new PlaceFinder(ctx, plan);
  const ends: number[] = []; // code points, by block
  for (let block = 0; block < plan.numBlocks; block++) ends.push((await places.block(block)).charEnd);
  return questions.map(({ startChar, endChar }) => ({
    first: ends.findIndex((end) => end > startChar),
    last: ends.findIndex((end) => end >= endChar),
  }));
}
