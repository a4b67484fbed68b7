// Units of works -> one document of about so many tokens, and where in its extracted text the facts stand.
import { DEFAULT_EXTRACT_LIMITS, extractDocument, type Random } from '@lectern/reader';
import type { MediaType } from '@lectern/shared';
import { shuffled } from '../../text/seeded.ts';
import type { Unit, UnitFact } from './unit.ts';

/** No unit takes more of a work's share of the document, so that several are there. */
const MAX_SHARE = 1 / 3;
/** Of the share, for units that hold facts which have not been asked about. */
const FACTS_SHARE = 2 / 3;

/** Units by chance, in their order: first those with new facts, then any. */
export function chooseUnits(units: readonly Unit[], numTokens: number, hasNew: (unit: Unit) => boolean, countTokens: (text: string) => number, random: Random): Unit[] {
  const chosen = new Set<Unit>();
  let taken = 0;
  const take = (candidates: readonly Unit[], limit: number): void => {
    for (const unit of candidates) {
      if (chosen.has(unit) || unit.text.length > 8 * numTokens * MAX_SHARE) continue;
      const cost = countTokens(`${unit.text}\n\n`) + 8;
      if (cost > numTokens * MAX_SHARE || taken + cost > limit) continue;
      chosen.add(unit);
      taken += cost;
    }
  };
  const order = shuffled(units, random);
  take(order.filter(hasNew), numTokens * FACTS_SHARE);
  take(order, numTokens);
  return units.filter((unit) => chosen.has(unit));
}

export interface LocatedFact { fact: UnitFact; start: number; end: number } // UTF-16 offsets of the extracted text
export interface Assembled { bytes: Buffer; text: string; facts: LocatedFact[] }

export async function assemble(units: readonly Unit[], mediaType: MediaType): Promise<Assembled> {
  const isHtml = mediaType === 'text/html';
  const parts: string[] = [];
  let open: readonly string[] = [];
  for (const { headings, body } of units) {
    const differs = headings.findIndex((heading, i) => heading !== open[i]);
    // Fewer are open than before: the last one is said again, or the body would stand under those that have ended.
    const from = differs >= 0 ? differs : headings.length < open.length ? headings.length - 1 : headings.length;
    parts.push(...headings.slice(Math.max(0, from)));
    open = headings;
    parts.push(body);
  }
  const source = isHtml ? `<!DOCTYPE html>\n<html><body>\n${parts.join('\n')}\n</body></html>\n` : `${parts.join('\n\n')}\n`;
  const bytes = Buffer.from(source);
  const { text } = await extractDocument(bytes, { mediaType, name: 'structured' }, DEFAULT_EXTRACT_LIMITS);
  const facts: LocatedFact[] = [];
  let at = 0;
  for (const unit of units) {
    const from = text.indexOf(unit.text, at);
    if (from < 0) throw new Error(`a part is not in the extracted document as it was extracted alone: '${unit.text.slice(0, 100)}'`);
    at = from + unit.text.length;
    for (const fact of unit.facts) facts.push({ fact, start: from + fact.start, end: from + fact.end });
  }
  return { bytes, text, facts };
}
