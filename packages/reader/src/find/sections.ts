// A stretch of text -> its parts, each below the headings that are open there. In a reference work three blocks hold several entries, and a
// line below the wrong entry's name says something else.
import { codePointLength } from '../characters.ts';
import type { ReadingPlan } from '../contract.ts';
import { stemsOf } from '../segment/words.ts';
import { entriesNamedIn } from './named-entry.ts';
import type { TextSpan } from './passage.ts';

export interface Section extends TextSpan {
  trail: string[];
}

/** In the order of the text, none empty; joined they are the span. A heading begins its own section. */
export function sectionsOf({ chunks, trails }: Pick<ReadingPlan, 'chunks' | 'trails'>, span: TextSpan): Section[] {
  const { startChar } = span;
  const endChar = startChar + codePointLength(span.text);
  const sections: Section[] = [];
  let open = -1;
  let from = 0;
  const walk = pointWalker(span.text);
  const end = (unit: number): void => {
    const text = span.text.slice(from, unit);
    if (text === '') return;
    const last = sections.at(-1);
    sections.push({
      text, trail: open < 0 ? [] : trails[open].parts,
      byteStart: last === undefined ? span.byteStart : last.byteStart + Buffer.byteLength(last.text),
      startChar: last === undefined ? startChar : last.startChar + codePointLength(last.text),
    });
    from = unit;
  };
  for (const [i, chunk] of chunks.filter(({ charStart, charEnd }) => charStart < endChar && charEnd > startChar).entries()) {
    if (i === 0) open = chunk.trails[0]; // later chunks go on with what is open: their own first trail may begin where they begin
    for (const { charStart, trail } of chunk.headings) {
      if (charStart >= endChar) break;
      if (charStart > startChar) end(walk(charStart - startChar));
      open = trail;
    }
  }
  end(span.text.length);
  return sections;
}

/** The section that holds most of the question's words, those in its headings counted once more, as BM25 does, and each heading that the question names; of several the longest. */
export function sectionOfQuestion<S extends Pick<Section, 'text' | 'trail'>>(sections: readonly S[], question: string): S {
  const asked = new Set(stemsOf(question));
  const names = entriesNamedIn(question);
  const held = (text: string): number => [...new Set(stemsOf(text))].filter((stem) => asked.has(stem)).length;
  const [{ section }] = sections
    .map((each) => ({ section: each, words: held([...each.trail, each.text].join('\n')) + held(each.trail.join('\n')) + each.trail.filter(names).length }))
    .sort((x, y) => y.words - x.words || y.section.text.length - x.section.text.length);
  return section;
}

/** Code points of a text -> UTF-16 units, asked for in ascending order. */
function pointWalker(text: string): (point: number) => number {
  let unit = 0;
  let at = 0;
  return (point) => {
    for (; at < point && unit < text.length; at++) unit += (text.codePointAt(unit) as number) > 0xffff ? 2 : 1;
    return unit;
  };
}
