// Hits -> the stretches of text that are read: each hit with its neighbours, joined where they touch, in the order of documents and text,
// parted where a heading begins.
import { codePointLength } from '../characters.ts';
import type { PlaceFinder } from '../find/passage.ts';
import type { Places } from '../find/places.ts';
import { ofReading } from '../find/readings.ts';
import type { ReadSpan } from './cite.ts';

/** Of one document. */
export interface BlockHit { block: number; score: number }
/** Of whichever document. */
export interface DocumentHit extends BlockHit { document: string }
export interface BlockRun { first: number; last: number; score: number }

/** Blocks [hit - neighbours, hit + neighbours] as far as they are there, merged; the score of a run is its best hit's. */
export function runsOf(hits: readonly BlockHit[], neighbours: number, has: (block: number) => boolean): BlockRun[] {
  const edge = (block: number, step: number): number => {
    let at = block;
    for (let i = 0; i < neighbours && has(at + step); i++) at += step;
    return at;
  };
  const runs = hits
    .map(({ block, score }) => ({ first: edge(block, -1), last: edge(block, 1), score }))
    .sort((a, b) => a.first - b.first);
  const merged: BlockRun[] = [];
  for (const run of runs) {
    const previous = merged.at(-1);
    if (previous !== undefined && run.first <= previous.last + 1) {
      previous.last = Math.max(previous.last, run.last);
      previous.score = Math.max(previous.score, run.score);
    } else {
      merged.push({ ...run });
    }
  }
  return merged;
}

/** A document's hits and their runs, for each document that has one. */
export async function runsByDocument(places: Places, hits: readonly DocumentHit[], neighbours: number): Promise<Array<{ finder: PlaceFinder; hits: DocumentHit[]; runs: BlockRun[] }>> {
  return Promise.all(places.documentsOf(hits).map(async (document) => {
    const finder = await places.document(document);
    const own = hits.filter((hit) => hit.document === document);
    return { finder, hits: own, runs: runsOf(own, neighbours, (block) => finder.has(block)) };
  }));
}

/** A span for each section of a run. */
export async function readSpans(places: Places, hits: readonly DocumentHit[], neighbours: number): Promise<ReadSpan[]> {
  const spans: ReadSpan[] = [];
  for (const { finder, hits: own, runs } of await runsByDocument(places, hits, neighbours)) {
    await ofReading(finder.readingId, async () => {
      const found = await Promise.all(own.map(async ({ block, score }) => ({ ...(await finder.block(block)), score })));
      for (const { first, last } of runs) {
        for (const section of finder.sections(await finder.sentences(await finder.block(first), await finder.block(last)))) {
          const endChar = section.startChar + codePointLength(section.text);
          const scores = found.filter(({ charStart, charEnd }) => charStart < endChar && charEnd > section.startChar).map(({ score }) => score);
          spans.push({ ...section, document: finder.plan.documentId, score: Math.max(0, ...scores) });
        }
      }
    });
  }
  return spans;
}
