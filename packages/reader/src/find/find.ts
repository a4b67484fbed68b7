// Question -> ranked passages, of one document or of several at once.
import { ROUTES, ServiceError, type Passage } from '@lectern/shared';
import type { FindArgs, FindOptions, FindResult, ReaderContext, ReadingSource } from '../contract.ts';
import { withFindDefaults } from '../defaults.ts';
import { fuse } from './fuse.ts';
import type { PlaceFinder } from './passage.ts';
import { Places } from './places.ts';
import { questionIds } from './question.ts';
import { ofReading } from './readings.ts';
import { scanReadings } from './scan.ts';

/** What was found, and where to look around it. */
export type Found = FindResult & { places: Places; numBlocks: number };

export async function find(ctx: ReaderContext, readings: readonly ReadingSource[], args: FindArgs): Promise<FindResult> {
  const { passages, indexBytes, numTokens, findSeconds, notes } = await findPlaces(ctx, readings, withFindDefaults(args));
  return { passages, indexBytes, numTokens, findSeconds, notes };
}

/** `places`: of another question to the same readings, whose documents are opened already. */
export async function findPlaces(ctx: ReaderContext, readings: readonly ReadingSource[], options: FindOptions, places = new Places(ctx, readings)): Promise<Found> {
  const started = performance.now();
  const { question, routes, top } = options;
  check(ctx, readings, options);
  const { rankings, blocks, numBytes, numTokens, notes } = await scanReadings(ctx, readings, question, [...new Set(routes)]);
  const passages: Passage[] = [];
  for (const { block: number, score, ranks } of fuse(rankings, top)) {
    const { reading, block } = blocks.at(number);
    passages.push({ ...(await passageOf(await places.reading(reading), block, score)), ranks });
  }
  return { passages, places, notes, numTokens, numBlocks: blocks.length, indexBytes: numBytes, findSeconds: (performance.now() - started) / 1000 };
}

function check(ctx: ReaderContext, readings: readonly ReadingSource[], { question, routes }: FindOptions): void {
  const unknown = routes.filter((route) => !ROUTES.includes(route));
  if (routes.length === 0 || unknown.length > 0) {
    throw new ServiceError('VALIDATION', `routes are ${ROUTES.join(', ')}; asked for: ${routes.join(', ') || 'none'}`, { details: { unknown } });
  }
  if (readings.length === 0) throw new ServiceError('VALIDATION', 'no document is asked');
  if (question.trim() === '') throw new ServiceError('VALIDATION', 'the question is empty');
  questionIds(ctx.model, question); // too long is refused on every route
}

function passageOf(places: PlaceFinder, block: number, score: number): Promise<Omit<Passage, 'ranks'>> {
  return ofReading(places.readingId, async () => {
    const place = await places.block(block);
    const span = await places.sentences(place, place); // a sentence that begins or ends in the next block is shown whole
    return { ...(await places.cite(span, 0, span.text.length, place.trail, score)), block };
  });
}
