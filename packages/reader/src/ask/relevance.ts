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
  /** How far it is ahead of all else that a second look compared, in nats; undefined where none was taken, or it was not first. */
  lead?: number | undefined;
}

/**
 * Coverage and closeness, 0 to 1 each, must come to this; and coverage alone, where closeness is not known. Of an answer that was chosen among
 * spans with MARGIN_WEIGHT * its margin, of which no more than MAX_MARGIN counts. Chosen as docs/finding.md tells.
 */
const MIN_RELEVANCE = { answer: 1.05, span: 1.35 };
const MIN_COVERAGE = { answer: 0.55, span: 0.7 };
const MARGIN_WEIGHT = 0.1;
const MAX_MARGIN = 2;
/**
 * From here on a quotation speaks of what is asked in other words. Only of a question of which it holds less than MAX_SHARED, and that has no
 * names or numbers: of any sentence about the same thing a model finds a question that shares its words likely, whether it answers it or not.
 */
const CLEAR_LEAD = 6;
const MAX_SHARED = 1 / 3;

/**
 * coverage (the share of the question's content words in the quotation or the headings above it) + closeness - the share of its names and
 * numbers that stand neither there nor around it; or a clear lead where it is in other words. A question without content words fits everything.
 */
export function isRelevant(question: string, { quote, around, closeness, lead = 0 }: QuoteEvidence, margin?: number): boolean {
  const asked = contentStems(question);
  if (asked.length === 0) return true;
  const own = new Set(contentStems([quote.text, ...quote.trail].join('\n')));
  const near = new Set([...own, ...around.flatMap(contentStems)]);
  const names = namesAndNumbersIn(question);
  const missing = names.length === 0 ? 0 : 1 - shareOf(names, near);
  const covered = shareOf(asked, own);
  if (lead >= CLEAR_LEAD && names.length === 0 && covered < MAX_SHARED) return true;
  const chosen = margin === undefined ? 'answer' : 'span';
  const value = covered - missing + MARGIN_WEIGHT * Math.min(margin ?? 0, MAX_MARGIN);
  return closeness === undefined ? value >= MIN_COVERAGE[chosen] : value + closeness >= MIN_RELEVANCE[chosen];
}
