// What a quotation is judged by: itself, what was found around it, and how near it is to the question in meaning.
import type { Citation, Passage } from '@lectern/shared';
import type { ReaderEmbedder } from '../contract.ts';
import { closenessTo } from './closeness.ts';
import type { QuoteEvidence } from './relevance.ts';

/** `passages`: those found; the ones that overlap a quotation stand around it. `lead`: of the one that a second look put first. */
export async function evidenceOf(
  question: string, citations: readonly Citation[], { passages, lead }: { passages: readonly Passage[]; lead?: number }, embedder: ReaderEmbedder | undefined,
): Promise<QuoteEvidence[]> {
  const closeness = embedder === undefined ? undefined : await closenessTo(question, citations, embedder);
  return citations.map((quote, i) => {
    const around = passages.filter((passage) => passage.document === quote.document && passage.startChar < quote.endChar && passage.endChar > quote.startChar);
    return { quote, closeness: closeness?.[i], around: around.map(({ text }) => text), lead: around.some(({ ranks }) => ranks['second-look'] === 1) ? lead : undefined };
  });
}
