// Along a chain: a name that a sentence brings takes the place of what was asked about, as long as that finds sentences of the same form that
// were not there before. 'Bergen lies north of Stavanger.' 'Alta lies north of Bergen.' Whether the relation carries over is not for words to
// tell: the answer says through what each link was reached.
import type { ReadSpan } from '../ask/cite.ts';
import { sameText } from './fitting.ts';
import { isOfOneForm, newNames } from './hop.ts';
import { hopTo } from './next-found.ts';
import type { Part } from './split.ts';
import type { Work } from './work.ts';

export interface Link {
  part: Part;
  span: ReadSpan; // one sentence
  /** What it brings. */
  names: string[];
  /** The name that led to it. */
  through: string;
}

/** `texts`: what was found with the spans. Ends at the first name that brings nothing new. */
export async function followChain(work: Work, from: Part, { spans, texts }: { spans: readonly ReadSpan[]; texts: readonly string[] }): Promise<Link[]> {
  const seen = new Set(spans.map(sameText));
  const known = [...from.subjects];
  const links: Link[] = [];
  const queue = spans.map((span) => ({ part: from, span, texts }));
  for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
    const [name] = newNames(step.span.text, known, step.texts);
    if (name === undefined) continue;
    if (work.findsLeft < 1) return links;
    known.push(name);
    const hop = await hopTo(work, name, step.part, seen);
    const { span: before } = step;
    const next = hop?.fits.filter(({ span }) => isOfOneForm(span.text, before.text)) ?? [];
    if (hop === undefined || next.length === 0) return links;
    const there = hop.found.passages.map(({ text }) => text);
    for (const { span } of next) {
      const names = newNames(span.text, known, there);
      if (names.length === 0) continue;
      seen.add(sameText(span));
      links.push({ part: hop.part, span, names, through: name });
      queue.push({ part: hop.part, span, texts: there });
    }
  }
  return links;
}
