// Does the quoted text carry the answer? It must speak of what is asked (relevance.ts) and hold what the answer says: words and numbers,
// not meaning. A check that errs on the side of doubt.
import { contentStems, namesIn } from './content-words.ts';
import { isRelevant, type QuoteEvidence } from './relevance.ts';

/** At least this part of the answer's content words that the question does not hold must be quoted. */
const MIN_COVERED = 3 / 4;

/** Asks for something that it does not name itself; with an `or` it may. By English question words. */
export const asksForUnnamed = (question: string): boolean =>
  /\b(?:who|whom|whose|which|what|when|where|why|how)\b/i.test(question) && !/\bor\b/i.test(question);

/**
 * Numbers and names (capitals within a sentence) must all stand in the quotes or the question; of the other content words most must stand
 * in the quotes. An answer that only repeats the question's words says nothing when the question asks for what it does not name (small
 * models often repeat it); to another question it stands or falls with all of its words. `margin`: of an answer that was chosen among spans;
 * where another part of the text would have done nearly as well the quotation must speak of the question all the more.
 */
export function isSupported(answer: string, question: string, evidence: readonly QuoteEvidence[], margin?: number): boolean {
  const asked = new Set(contentStems(question));
  const relevant = evidence.filter((one) => isRelevant(question, one, margin));
  const quoted = new Set(relevant.flatMap(({ quote }) => contentStems(quote.text)));
  const said = contentStems(answer);
  if (said.some((stem) => /\p{N}/u.test(stem) && !quoted.has(stem))) return false;
  if (namesIn(answer).some((stem) => !quoted.has(stem) && !asked.has(stem))) return false;
  const fresh = said.filter((stem) => !asked.has(stem));
  if (fresh.length === 0 && asksForUnnamed(question)) return false;
  const needed = fresh.length > 0 ? fresh : said;
  if (needed.length === 0) return false;
  return needed.filter((stem) => quoted.has(stem)).length >= MIN_COVERED * needed.length;
}
