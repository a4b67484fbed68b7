// Does a quotation speak of what is asked? An answer can stand word for word in a sentence about something else: a question that the
// document does not answer is always read from such a sentence.
import { contentStems, namesAndNumbersIn, shareOf } from './content-words.ts';

export interface Quote { text: string; trail: readonly string[] }

export interface QuoteEvidence {
  quote: Quote;
  /** Text around it, where the names may stand that its own sentence puts a pronoun for. */
  around: readonly string[];
  /** Cosine of question and quotation; undefined without an embedder. */
  closeness?: number | undefined;
}

/** Coverage and closeness, 0 to 1 each, must come to this; and coverage alone, where closeness is not known. Chosen as docs/finding.md tells. */
const MIN_RELEVANCE = 1.05;
const MIN_COVERAGE = 0.55;

/**
 * coverage (the share of the question's content words in the quotation or the headings above it) + closeness - the share of its names and
 * numbers that stand neither there nor around it. A question without content words fits everything.
 */
export function isRelevant(question: string, { quote, around, closeness }: QuoteEvidence): boolean {
  const asked = contentStems(question);
  if (asked.length === 0) return true;
  const own = new Set(contentStems([quote.text, ...quote.trail].join('\n')));
  const near = new Set([...own, ...around.flatMap(contentStems)]);
  const names = namesAndNumbersIn(question);
  const missing = names.length === 0 ? 0 : 1 - shareOf(names, near);
  const value = shareOf(asked, own) - missing;
  return closeness === undefined ? value >= MIN_COVERAGE : value + closeness >= MIN_RELEVANCE;
}
