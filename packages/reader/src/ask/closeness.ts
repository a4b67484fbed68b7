// How near texts are to the question in meaning, where there is an embedder.
import { trailText } from '../chunk/trail.ts';
import type { ReaderEmbedder } from '../contract.ts';

/** The cosine of the question's vector and each text's below its headings, -1 to 1; vectors have length 1. */
export async function closenessTo(question: string, texts: ReadonlyArray<{ text: string; trail: readonly string[] }>, { embedder }: ReaderEmbedder): Promise<number[]> {
  if (texts.length === 0) return [];
  const [asked, ...vectors] = await embedder.embed([question, ...texts.map(({ text, trail }) => [...(trail.length === 0 ? [] : [trailText(trail)]), text].join('\n'))]);
  return vectors.map((vector) => vector.reduce((sum, value, i) => sum + value * asked[i], 0));
}
