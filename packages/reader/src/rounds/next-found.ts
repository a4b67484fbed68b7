// One hop: the question about what a sentence brought, and the sentences that speak of that and were not read yet.
import type { Found } from '../find/find.ts';
import { type Fit, fittingSentences, sameText } from './fitting.ts';
import { questionAbout } from './hop.ts';
import type { Part } from './split.ts';
import type { Work } from './work.ts';

export interface Hop {
  part: Part;
  found: Found;
  fits: Fit[];
}

/** undefined: the question holds nothing that the name could stand for. */
export async function hopTo(work: Work, link: string, from: Part, read: ReadonlySet<string>): Promise<Hop | undefined> {
  const part = questionAbout(link, from);
  if (part === undefined) return undefined;
  const found = await work.find(part.question);
  const fits = fittingSentences(await work.spansOf(found.passages), part).filter(({ span }) => !read.has(sameText(span)));
  return { part, found, fits };
}
