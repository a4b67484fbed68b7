// What a quotation is judged by: itself, what was found around it, and how near it is to the question in meaning.
import type { Citation, Passage } from '@lectern/shared';
import type { ReaderEmbedder } from '../contract.ts';
import { closenessTo } from './closeness.ts';
import type { QuoteEvidence } from './relevance.ts';

/** `passages`: those found; the ones that overlap a quotation stand around it. */
export async function evidenceOf(
  question: string, citations: readonly Citation[], passages: readonly Passage[], embedder: ReaderEmbedder | undefined,
): Promise<QuoteEvidence[]> {
  const closeness = embedder === undefined ? undefined : await closenessTo(question, citations, embedder);
  return citations.map((quote, i) => ({
    quote, closeness: closeness?.[i],
    around: passages.filter((passage) => passage.document === quote.document && passage.startChar < quote.endChar && passage.endChar > quote.startChar).map(({ text }) => text),
  }));
}
