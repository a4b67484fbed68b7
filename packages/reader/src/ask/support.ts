// Does the quoted text carry the answer? Words and numbers, not meaning: a check that errs on the side of doubt.
import { wordsOf } from '../segment/words.ts';

/** Words that say nothing by themselves, as stems. */
const FUNCTION_WORDS = new Set([...wordsOf(`a an the of to in on at by for from with without into onto about as is are was were be been being am do does did done
  has have had having will would shall should can could may might must not no nor and or but if then than that this these those there here it its he she they them
  his her their our your my we you i me him us who whom whose which what when where why how so such very also just only own same too one s t according
  text passage document answer question mentioned stated said says`)].map((word) => word.stem));

export function contentStems(text: string): string[] {
  return [...new Set([...wordsOf(text)].map((word) => word.stem))].filter((stem) => !FUNCTION_WORDS.has(stem));
}

/** At least this part of the answer's content words that the question does not hold must be quoted. */
const MIN_COVERED = 3 / 4;

/** Asks for something that it does not name itself; with an `or` it may. */
const asksForUnnamed = (question: string): boolean =>
  /\b(?:who|whom|whose|which|what|when|where|why|how)\b/i.test(question) && !/\bor\b/i.test(question);

/**
 * Numbers and names (capitals within a sentence) must all stand in the quotes or the question; of the other content words most must stand
 * in the quotes. An answer that only repeats the question's words says nothing when the question asks for what it does not name (small
 * models often repeat it); to another question it stands or falls with all of its words.
 */
export function isSupported(answer: string, question: string, quotes: ReadonlyArray<{ text: string; trail: readonly string[] }>): boolean {
  const asked = new Set(contentStems(question));
  // A sentence that has nothing to do with the question, nor the headings above it, supports no answer to it.
  const onTopic = quotes.filter(({ text, trail }) => asked.size === 0 || contentStems([text, ...trail].join('\n')).some((stem) => asked.has(stem)));
  const quoted = new Set(onTopic.flatMap(({ text }) => contentStems(text)));
  const said = contentStems(answer);
  if (said.some((stem) => /\p{N}/u.test(stem) && !quoted.has(stem))) return false;
  if (namesIn(answer).some((stem) => !quoted.has(stem) && !asked.has(stem))) return false;
  const fresh = said.filter((stem) => !asked.has(stem));
  if (fresh.length === 0 && asksForUnnamed(question)) return false;
  const needed = fresh.length > 0 ? fresh : said;
  if (needed.length === 0) return false;
  return needed.filter((stem) => quoted.has(stem)).length >= MIN_COVERED * needed.length;
}

/** Stems of capitalised words that do not begin a sentence. */
function namesIn(text: string): string[] {
  const content = new Set(contentStems(text));
  return [...wordsOf(text)]
    .filter(({ start }) => /\p{Lu}/u.test(text[start]) && !/(?:^|[.!?]["”’')\]]*\s+)["“‘'([]*$/.test(text.slice(0, start)))
    .map(({ stem }) => stem)
    .filter((stem) => content.has(stem));
}
