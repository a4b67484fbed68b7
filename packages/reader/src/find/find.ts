// Question -> ranked passages, of one document or of several at once.
import { ROUTES, type Route, ServiceError, type Passage } from '@lectern/shared';
import { trailText } from '../chunk/trail.ts';
import type { FindArgs, FindOptions, FindResult, ReaderContext, ReadingSource } from '../contract.ts';
import { withFindDefaults } from '../defaults.ts';
import { fuse, type FusedHit, weightsOf } from './fuse.ts';
import { quotesIdentifier } from './identifiers.ts';
import type { PlaceFinder } from './passage.ts';
import { Places } from './places.ts';
import { questionIds } from './question.ts';
import { ofReading } from './readings.ts';
import { type Scan, type ScanRoute, scanReadings } from './scan.ts';
import { sectionOfQuestion } from './sections.ts';
import { type Candidate, isOpen, SECOND_LOOK_BLOCKS, secondLook, whyNoSecondLook } from './second-look/second-look.ts';

/** What was found, and where to look around it. `lead`: of the passage that a second look ranks first, see SecondLook. */
export type Found = FindResult & { places: Places; numBlocks: number; lead?: number };

export async function find(ctx: ReaderContext, readings: readonly ReadingSource[], args: FindArgs): Promise<FindResult> {
  const { passages, indexBytes, numTokens, findSeconds, notes } = await findPlaces(ctx, readings, withFindDefaults(args));
  return { passages, indexBytes, numTokens, findSeconds, notes };
}

/** `places`: of another question to the same readings, whose documents are opened already. */
export async function findPlaces(ctx: ReaderContext, readings: readonly ReadingSource[], options: FindOptions, places = new Places(ctx, readings)): Promise<Found> {
  const started = performance.now();
  const { question, routes, top, control } = options;
  check(ctx, readings, options);
  const scan = await scanReadings(ctx, readings, question, scanned(routes));
  const { rankings, blocks, numBytes, numTokens, notes } = scan;
  const byWords = routes.includes('bm25') && quotesIdentifier(question);
  const weights = { ...weightsOf(ctx.model.retrieval), ...(byWords ? { embedding: 0 } : {}) };
  let lead: number | undefined;
  if (routes.includes('second-look') && !byWords && isOpen(rankings)) {
    const why = whyNoSecondLook(ctx, question);
    if (why !== undefined) notes.push(`found without a second look: ${why}`);
    else {
      const look = await secondLook(ctx, question, await candidatesOf(fuse(rankings, SECOND_LOOK_BLOCKS, weights), scan, places), control);
      rankings.push(look);
      lead = look.lead;
    }
  }
  const passages: Passage[] = [];
  for (const { block: number, score, ranks } of fuse(rankings, top, weights)) {
    const { reading, block } = blocks.at(number);
    passages.push({ ...(await passageOf(await places.reading(reading), block, score, question)), ranks });
  }
  return {
    passages, places, notes, numTokens, numBlocks: blocks.length, indexBytes: numBytes, findSeconds: (performance.now() - started) / 1000,
    ...(lead === undefined ? {} : { lead }),
  };
}

function check(ctx: ReaderContext, readings: readonly ReadingSource[], { question, routes }: FindOptions): void {
  const unknown = routes.filter((route) => !ROUTES.includes(route));
  if (routes.length === 0 || unknown.length > 0) {
    throw new ServiceError('VALIDATION', `routes are ${ROUTES.join(', ')}; asked for: ${routes.join(', ') || 'none'}`, { details: { unknown } });
  }
  if (scanned(routes).length === 0) throw new ServiceError('VALIDATION', 'second-look ranks again what other routes find; ask for another route as well');
  if (readings.length === 0) throw new ServiceError('VALIDATION', 'no document is asked');
  if (question.trim() === '') throw new ServiceError('VALIDATION', 'the question is empty');
  questionIds(ctx.model, question); // too long is refused on every route
}

const scanned = (routes: readonly Route[]): ScanRoute[] => [...new Set(routes)].filter((route) => route !== 'second-look');

/** The block's nearest sentence, or where none was embedded the block; each is a range or some of the document's text, read side by side. */
function candidatesOf(hits: readonly FusedHit[], { blocks, nearest }: Scan, places: Places): Promise<Candidate[]> {
  return Promise.all(hits.map(async ({ block: number }) => {
    const { reading, block } = blocks.at(number);
    const finder = await places.reading(reading);
    const passage = nearest?.passages[number] ?? -1;
    const closeness = passage < 0 ? 0 : nearest!.cosines[number];
    return ofReading(finder.readingId, async () => ({ block: number, closeness, text: passage < 0 ? await textOf(finder, block) : await finder.embedded(block, passage) }));
  }));
}

/** The block widened to whole sentences, below its headings. */
async function textOf(finder: PlaceFinder, block: number): Promise<string> {
  const place = await finder.block(block);
  const { text } = await finder.sentences(place, place);
  return [...(place.trail.length === 0 ? [] : [trailText(place.trail)]), text].join('\n');
}

/** Where headings begin within it, it bears those of the part that the question speaks of. */
function passageOf(places: PlaceFinder, block: number, score: number, question: string): Promise<Omit<Passage, 'ranks'>> {
  return ofReading(places.readingId, async () => {
    const place = await places.block(block);
    const span = await places.sentences(place, place); // a sentence that begins or ends in the next block is shown whole
    const sections = places.sections(span);
    const { trail } = sections.length > 1 ? sectionOfQuestion(sections, question) : place;
    return { ...(await places.cite(span, 0, span.text.length, trail, score)), block };
  });
}
