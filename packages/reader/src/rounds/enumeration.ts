// The list of things that a question names: 'A, B and C', 'X or Y'. Lists of names and keys of two and more, of plain words of three and more,
// of plain things with a determiner of two.
import { askedNames, type Name } from './names.ts';
import { phrasePair } from './noun-phrases.ts';

export interface Enumeration {
  items: string[]; // two or more, in order, as they stand in the question
  /** Where the list stands: UTF-16 units [start, end) of the question. */
  start: number;
  end: number;
  /** One of them is asked for: they are joined by 'or'. */
  isChoice: boolean;
}

// Some languages' words ('of', 'a', 'en', 'i') are left out: in others they join no list.
const AND = ['and', '&', 'und', 'et', 'y', 'e', 'и', 'och', 'og', 've', '和', '与', '及', 'と'];
const OR = ['or', 'oder', 'ou', 'o', 'или', 'eller', 'veya', '或', '或者', '还是', 'か'];
const ARTICLE = '(?:(?:the|der|die|das|den|le|la|les|el|los|las|il|lo|gli|de|het)\\s+)?';
const oneOf = (words: readonly string[]): string => `(?:${words.join('|')})`;
/** What stands between two things of a list. Marks of full width need no spaces. */
const COMMA = new RegExp(`^\\s*(?:[,;]\\s+|[、，；])${ARTICLE}$`, 'u');
const LAST = (words: readonly string[]): RegExp => new RegExp(`^\\s*[,;，、]?\\s*(?:\\s${oneOf(words)}\\s+|[${[...words.join('')].filter((c) => c >= '\u3000').join('')}]+\\s*)${ARTICLE}$`, 'u');
const LAST_AND = LAST(AND);
const LAST_OR = LAST(OR);

/** Plain words of a list with its last conjunction: 'apples, pears and plums'. */
const WORD = "[\\p{L}\\p{N}\\p{M}][\\p{L}\\p{N}\\p{M}'’_-]*";
const PLAIN = new RegExp(`(${WORD}(?:,\\s+${WORD})+),?\\s+(${oneOf([...AND, ...OR])})\\s+(${WORD})(?![\\p{L}\\p{N}\\p{M}_-])`, 'u');

const isNumber = (text: string): boolean => /^[\p{N}.,:]+$/u.test(text);

export function enumerationIn(question: string): Enumeration | undefined {
  const named = listsOfNames(question);
  // 'Which is older, Ardmore or Brennick?': the word before the names is none of the things.
  const plain = plainList(question).filter(({ start, end }) => named.every((list) => list.end !== end || /^[^\p{Ll}]/u.test(question.slice(start))));
  const lists = [...named, ...plain, ...phrasePair(question)];
  return lists.sort((a, b) => b.items.length - a.items.length)[0]; // stable: of equals the first
}

function listsOfNames(question: string): Enumeration[] {
  const lists: Enumeration[] = [];
  let run: Name[] = [];
  for (const name of askedNames(question)) {
    const before = run.at(-1);
    const gap = before === undefined ? '' : unquoted(question.slice(before.end, name.start));
    const isLast = LAST_AND.test(gap) || LAST_OR.test(gap);
    if (before === undefined || (!isLast && !COMMA.test(gap))) {
      run = [name];
      continue;
    }
    run.push(name);
    const first = run[0];
    const items = run.map(({ text }) => text);
    // 'between 1900 and 1950' is a range.
    const isRange = items.length === 2 && items.every(isNumber);
    if (isLast && !isRange) lists.push({ items, start: first.start, end: name.end, isChoice: LAST_OR.test(gap) });
  }
  return lists;
}

/** Marks of quotation that close one thing and open the next. */
const unquoted = (gap: string): string => gap.replace(/^["”“»`」』]/u, '').replace(/["“„«`「『]$/u, '');

function plainList(question: string): Enumeration[] {
  const match = PLAIN.exec(question);
  if (match === null) return [];
  const [whole, list, conjunction, last] = match;
  const items = [...list.split(/,\s+/u), last];
  return [{ items, start: match.index, end: match.index + whole.length, isChoice: OR.includes(conjunction) }];
}
