// A sentence that was scanned -> the same as what is read and quoted: with its document and the trail of the block in which it begins.
import type { ReadSpan } from '../../ask/cite.ts';
import type { Places } from '../../find/places.ts';
import { ofReading } from '../../find/readings.ts';
import type { ScannedSentence } from './sentence-scan.ts';

export async function spanOf(places: Places, { reading, ...span }: ScannedSentence): Promise<ReadSpan> {
  const finder = await places.reading(reading);
  const { chunks, documentId } = finder.plan;
  const chunk = chunks.findLast(({ byteStart }) => byteStart <= span.byteStart) ?? chunks[0];
  return ofReading(finder.readingId, async () => {
    let place = await finder.block(chunk.blockStart);
    for (let b = 1; b < chunk.numBlocks && place.byteEnd <= span.byteStart; b++) place = await finder.block(chunk.blockStart + b);
    return { ...span, document: documentId, trail: place.trail, score: 1 };
  });
}
