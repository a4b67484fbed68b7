// Question -> ranked passages.
import { ROUTES, ServiceError, type Passage } from '@lectern/shared';
import type { FindOptions, FindResult, ReaderContext, ReadingPlan } from '../contract.ts';
import { fuse, type FusedHit } from './fuse.ts';
import { PlaceFinder } from './passage.ts';
import { questionIds } from './question.ts';
import { scanReading } from './scan.ts';

export async function find(ctx: ReaderContext, plan: ReadingPlan, options: FindOptions): Promise<FindResult> {
  const started = performance.now();
  const { hits, indexBytes } = await findHits(ctx, plan, options);
  const places = new PlaceFinder(ctx, plan);
  const passages: Passage[] = [];
  for (const hit of hits) passages.push(await passageOf(places, hit));
  return { passages, indexBytes, findSeconds: (performance.now() - started) / 1000 };
}

async function findHits(ctx: ReaderContext, plan: ReadingPlan, { question, routes, top }: FindOptions): Promise<{ hits: FusedHit[]; indexBytes: number }> {
  const unknown = routes.filter((route) => !ROUTES.includes(route));
  if (routes.length === 0 || unknown.length > 0) {
    throw new ServiceError('VALIDATION', `routes are ${ROUTES.join(', ')}; asked for: ${routes.join(', ') || 'none'}`, { details: { unknown } });
  }
  if (question.trim() === '') throw new ServiceError('VALIDATION', 'the question is empty');
  questionIds(ctx.model, question); // too long is refused on every route
  const { rankings, numBytes } = await scanReading(ctx, plan, question, [...new Set(routes)]);
  return { hits: fuse(rankings, top), indexBytes: numBytes };
}

async function passageOf(places: PlaceFinder, { block, score, ranks }: FusedHit): Promise<Passage> {
  const place = await places.block(block);
  const span = await places.sentences(place, place); // a sentence that begins or ends in the next block is shown whole
  return { ...(await places.cite(span, 0, span.text.length, place.trail, score)), block, ranks };
}
