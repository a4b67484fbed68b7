// A sentence that was scanned -> the same as what is read and quoted: with its document and the headings that are open where it begins.
import type { ReadSpan } from '../../ask/cite.ts';
import type { Places } from '../../find/places.ts';
import type { ScannedSentence } from './sentence-scan.ts';

export async function spanOf(places: Places, { reading, ...span }: ScannedSentence): Promise<ReadSpan> {
  const finder = await places.reading(reading);
  return { ...span, document: finder.plan.documentId, trail: finder.sections(span)[0].trail, score: 1 };
}
