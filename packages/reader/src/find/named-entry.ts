// Does a question name an entry: say the whole of a heading, or the name that a signature gives? 'workspace' is not 'workspaces', nor 'Pool' 'Pool.connect',
// though their stems are the same.
import { contentStems } from '../ask/content-words.ts';

/** What stands between white space, quotation marks and brackets. */
const TOKEN = /[^\s"'“”„‘’«»()[\]{}<>,;?!`]+/gu;
/** No word of a language: of parts, with a digit, or with a capital where no sentence begins. */
const IDENTIFIER = /[\p{L}\p{N}_][._:/-]+[\p{L}\p{N}_]|_|\p{N}|(?<!^)\p{Lu}/u;
/** A title goes on with what its entry takes, is or is of: 'pool.connect(timeout=5)', 'size = 5', 'npm-ci @10.9.0'. */
const SIGNATURE_END = /\s*(?:[(=@].*)?$/su;
const GOES_ON_BEFORE = /[\p{L}\p{M}\p{N}_-]\.?$/u;
const GOES_ON = /^\.?[\p{L}\p{M}\p{N}_-]/u;
const MIN_CHARS = 2;
/** Units beside a name that tell whether it goes on. */
const BESIDE = 3;

/** Of the title of an entry, whether the question means it. */
export type NamesEntry = (title: string) => boolean;

export function entriesNamedIn(question: string): NamesEntry {
  const tokens = [...question.matchAll(TOKEN)].map(({ 0: token, index }) => ({ name: token.replace(/[.:]+$/u, ''), first: index === 0 }));
  const identifiers = tokens.filter(({ name, first }) => IDENTIFIER.test(name) || (!first && /^\p{Lu}/u.test(name))).map(({ name }) => name);
  const said = question.toLowerCase();
  const known = new Map<string, boolean>();
  const names = (title: string): boolean => {
    const name = title.replace(SIGNATURE_END, '');
    if (name.length < MIN_CHARS) return false;
    // A heading of one word is often a word of any question: 'Description'.
    if ((name.includes(' ') ? standsIn(said, name.toLowerCase()) : standsIn(question, name)) && contentStems(name).length > 0) return true;
    const last = name.slice(name.lastIndexOf(' ') + 1);
    return identifiers.some((identifier) => last === identifier || (last.endsWith(identifier) && last.at(-identifier.length - 1) === '.'));
  };
  return (title) => {
    const before = known.get(title);
    if (before !== undefined) return before;
    const found = names(title);
    known.set(title, found);
    return found;
  };
}

/** As whole words: neither a letter nor '_' or '-' beside it, and no '.' that goes on. */
function standsIn(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    if (!GOES_ON_BEFORE.test(text.slice(Math.max(0, at - BESIDE), at)) && !GOES_ON.test(text.slice(at + name.length, at + name.length + BESIDE))) return true;
  }
  return false;
}
