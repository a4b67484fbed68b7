// What a text names: quotations, keys and numbers, runs of capitalised words. By the form of the words alone, so that it holds for names
// that nobody has seen before; scripts without capitals have only the first two.
import { contentStems } from '../ask/content-words.ts';

/** UTF-16 units [start, end) of the text; of a quotation without its marks. */
export interface Name {
  text: string;
  start: number;
  end: number;
  /** Begins a sentence: its first word is capitalised whatever it is. */
  beginsSentence?: true;
}

const QUOTED = /"([^"\n]{1,80})"|“([^”\n]{1,80})”|„([^“”\n]{1,80})[“”]|«\s?([^»\n]{1,80}?)\s?»|`([^`\n]{1,80})`|「([^」\n]{1,80})」|『([^』\n]{1,80})』/gu;
/** Words, with what joins the parts of one: tick-tock, a_b, 3.14, v1/x, O'Neil. */
const TOKEN = /[\p{L}\p{N}\p{M}]+(?:[-_.:/@'’][\p{L}\p{N}\p{M}]+)*/gu;
const BEGINS_SENTENCE = /(?:^|[.!?。！？:]["”’»)\]]*\s+|\n)\s*["“‘«([]*$/u;
/** Digits, joined parts, or capitals beyond the first letter: no ordinary word. */
const KEY = /\p{N}|[-_/@]|\p{L}\p{Lu}/u;
const CAPITAL = /^\p{Lu}/u;
/** Units before a word that show whether it begins a sentence. */
const LOOK_BACK = 8;
/** Stands within a name: Duke of Ormsby, Ludwig van Beethoven. */
const PARTICLE = /^\s(?:of|de|del|della|di|da|du|van|von|der|den|zu|la|le|el|al|bin|ibn)(?:\s(?:der|den|la|the))?\s$/u;

export function namesIn(text: string): Name[] {
  const quoted = [...text.matchAll(QUOTED)].map((match): Name => {
    const inner = match.slice(1).find((part) => part !== undefined) as string;
    const start = match.index + match[0].indexOf(inner);
    return { text: inner, start, end: start + inner.length };
  });
  const names: Name[] = [];
  for (const { 0: word, index: start } of text.matchAll(TOKEN)) {
    const isKey = KEY.test(word);
    const isName = isKey || (CAPITAL.test(word) && contentStems(word).length > 0); // 'The' and 'What' are none
    if (!isName || quoted.some((name) => start >= name.start && start < name.end)) continue;
    const end = start + word.length;
    const before = names.at(-1);
    const gap = before === undefined ? '' : text.slice(before.end, start);
    if (before !== undefined && (gap === ' ' || PARTICLE.test(gap)) && isKey === KEY.test(before.text)) {
      names[names.length - 1] = { ...before, text: text.slice(before.start, end), end };
    } else {
      const begins = !isKey && BEGINS_SENTENCE.test(text.slice(Math.max(0, start - LOOK_BACK), start));
      names.push({ text: word, start, end, ...(begins ? { beginsSentence: true } : {}) });
    }
  }
  return [...quoted, ...names].sort((a, b) => a.start - b.start);
}

/** Of a question, whose first word ('Find', 'Did') is not taken for a part of a name. */
export function askedNames(question: string): Name[] {
  return namesIn(question).flatMap((name) => {
    if (name.beginsSentence !== true) return [name];
    const space = name.text.indexOf(' ');
    return space < 0 ? [] : [{ text: name.text.slice(space + 1), start: name.start + space + 1, end: name.end }];
  });
}
