// Does a sentence hold the kind of thing that a question asks for? By English question words; of other questions nothing is known, and so nothing is said.
import { contentStems } from '../ask/content-words.ts';
import { namesIn } from './names.ts';

const MONTHS = 'january|february|march|april|may|june|july|august|september|october|november|december';
const NUMBERS = 'one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred|thousand|million|dozen|none|no';

const KINDS: ReadonlyArray<{ asks: RegExp; holds: (sentence: string, question: string) => boolean }> = [
  { asks: /\bwhere\b/i, holds: (sentence) => /\b(?:in|into|at|to|from|near|on|onto|under|behind|beside|inside|above|below|between)\b/i.test(sentence) },
  { asks: /\bwhen\b|\b(?:what|which) (?:year|date|day|month|century)\b/i, holds: (sentence) => new RegExp(`\\p{N}|\\b(?:${MONTHS})\\b`, 'iu').test(sentence) },
  { asks: /\bhow (?:many|much|old|far|long|tall|deep|high)\b/i, holds: (sentence) => new RegExp(`\\p{N}|\\b(?:${NUMBERS})\\b`, 'iu').test(sentence) },
  {
    asks: /\bwho(?:m|se)?\b/i,
    holds: (sentence, question) => {
      const asked = new Set(contentStems(question));
      return namesIn(sentence).some(({ text }) => contentStems(text).some((stem) => !asked.has(stem)));
    },
  },
];

/** False only where the question asks for a kind that the sentence lacks. */
export function holdsAskedKind(sentence: string, question: string): boolean {
  const kind = KINDS.find(({ asks }) => asks.test(question));
  return kind === undefined || kind.holds(sentence, question);
}
