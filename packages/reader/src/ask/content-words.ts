// The words of a text that say something by themselves, as stems.
import { stemsOf, wordsOf } from '../segment/words.ts';

const FUNCTION_WORDS = new Set(stemsOf(`a an the of to in on at by for from with without into onto about as is are was were be been being am do does did done
  has have had having will would shall should can could may might must not no nor and or but if then than that this these those there here it its he she they them
  his her their our your my we you i me him us who whom whose which what when where why how so very such also just only own same too one s t according
  text passage document answer question mentioned stated said says`));

export function contentStems(text: string): string[] {
  return [...new Set(stemsOf(text))].filter((stem) => !FUNCTION_WORDS.has(stem));
}

/** Of capitalised words that do not begin a sentence. */
export const namesIn = (text: string): string[] => marked(text, /^\p{Lu}/u);
/** And of words with digits. */
export const namesAndNumbersIn = (text: string): string[] => marked(text, /^\p{Lu}|\p{N}/u);

const AFTER_SENTENCE_END = /(?:^|[.!?]["”’')\]]*\s+)["“‘'([]*$/;

function marked(text: string, mark: RegExp): string[] {
  const content = new Set(contentStems(text));
  const stems = [...wordsOf(text)]
    .filter(({ start, end }) => mark.test(text.slice(start, end)) && !AFTER_SENTENCE_END.test(text.slice(0, start)))
    .map(({ stem }) => stem);
  return [...new Set(stems)].filter((stem) => content.has(stem));
}

/** Of the wanted stems those that are there; 0 when none is wanted. */
export const shareOf = (wanted: readonly string[], there: ReadonlySet<string>): number =>
  (wanted.length === 0 ? 0 : wanted.filter((stem) => there.has(stem)).length / wanted.length);
