// What a quotation is judged by: itself, what was found around it, and how near it is to the question in meaning.
import type { Citation, Passage } from '@lectern/shared';
import { trailText } from '../chunk/trail.ts';
import type { ReaderEmbedder } from '../contract.ts';
import type { QuoteEvidence } from './relevance.ts';

/** `passages`: those found; the ones that overlap a quotation stand around it. */
export async function evidenceOf(
  question: string, citations: readonly Citation[], passages: readonly Passage[], embedder: ReaderEmbedder | undefined,
): Promise<QuoteEvidence[]> {
  const closeness = embedder === undefined || citations.length === 0 ? undefined : await cosines(embedder, question, citations);
  return citations.map((quote, i) => ({
    quote, closeness: closeness?.[i],
    around: passages.filter((passage) => passage.document === quote.document && passage.startChar < quote.endChar && passage.endChar > quote.startChar).map(({ text }) => text),
  }));
}

/** Of the question's vector and each text's below its headings; vectors have length 1. */
async function cosines({ embedder }: ReaderEmbedder, question: string, texts: readonly Citation[]): Promise<number[]> {
  const [asked, ...vectors] = await embedder.embed([question, ...texts.map(({ text, trail }) => [...(trail.length === 0 ? [] : [trailText(trail)]), text].join('\n'))]);
  return vectors.map((vector) => vector.reduce((sum, value, i) => sum + value * asked[i], 0));
}
