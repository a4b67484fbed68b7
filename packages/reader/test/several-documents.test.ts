// One question, several documents: ranks over all of them, quotations that name theirs, and readings that are not finished.
import { describe, expect, test, beforeAll, afterAll } from 'vitest';
import { ask } from '../src/ask/ask.ts';
import type { ReadingPlan, ReadingSource } from '../src/contract.ts';
import { find } from '../src/find/find.ts';
import { loadPlan } from '../src/plan/stored-plan.ts';
import { readDocument } from '../src/read-document.ts';
import { errorOf } from './expect-error.ts';
import { tinyReader, type TinyReader } from './tiny-reader.ts';

const FILLER = 'Rain fell on the town and the carts stood in the square. Nobody spoke of the harvest or the road to the north. '.repeat(3);
const MILL = `${FILLER}\n\nThe mill at Dunmore was bought by Agnes Pell.\n\n${FILLER}`;
const BELL = `# The bell\n\n${FILLER}\n\nThe bell of Saint Oswin was cast by Harold Vole.\n`;
const FERRY = `${FILLER}\n\nThe ferry to Skarn was painted red by Ida Moss.\n\n${FILLER}\n\n${FILLER}`;
const OPTIONS = { question: 'Who cast the bell of Saint Oswin?', routes: ['attention', 'bm25'] as const, top: 6 };

let reader: TinyReader;
let plans: ReadingPlan[];

beforeAll(async () => {
  reader = await tinyReader();
  const read = (text: string, name: string) => readDocument(reader.ctx, { bytes: Buffer.from(text), name });
  plans = [await read(MILL, 'mill.txt'), await read(BELL, 'bell.md'), await read(FERRY, 'ferry.txt')];
});
afterAll(() => reader.remove());

const lazy = (plan: ReadingPlan, more: Partial<Exclude<ReadingSource, ReadingPlan>> = {}): ReadingSource => ({ load: () => loadPlan(reader.ctx.blobs, plan.readingId), ...more });

describe('several documents', () => {
  test('a passage names its document, and stands there', async () => {
    const { passages, numTokens } = await find(reader.ctx, plans, { ...OPTIONS, routes: ['bm25'] });
    expect(passages[0]).toMatchObject({ document: plans[1].documentId });
    const texts = new Map([[plans[0].documentId, MILL], [plans[1].documentId, BELL], [plans[2].documentId, FERRY]]);
    for (const { document, text, startChar, endChar } of passages) expect([...texts.get(document)!].slice(startChar, endChar).join('')).toBe(text);
    expect(numTokens).toBe(plans.reduce((sum, plan) => sum + plan.numTokens, 0));
  });

  test('attention ranks all blocks as if they stood in one list: a document beside others keeps its own order', async () => {
    const options = { ...OPTIONS, routes: ['attention'] as const, top: 1_000 };
    const together = (await find(reader.ctx, plans, options)).passages;
    expect(together).toHaveLength(plans.reduce((sum, plan) => sum + plan.numBlocks, 0));
    for (const plan of plans) {
      const alone = (await find(reader.ctx, [plan], options)).passages.map((p) => p.block);
      expect(together.filter((p) => p.document === plan.documentId).map((p) => p.block)).toEqual(alone);
    }
  });

  test('BM25 weighs words over all documents', async () => {
    const question = 'bell mill';
    const rank = async (readings: ReadingPlan[]) => (await find(reader.ctx, readings, { question, routes: ['bm25'], top: 1 })).passages[0].document;
    // "mill" is in every block of the copies' document: beside it, "bell" is the rarer word.
    const mills = await readDocument(reader.ctx, { bytes: Buffer.from('The mill is a mill. '.repeat(60)), name: 'mills.txt' });
    expect(await rank([mills, plans[0], plans[1]])).toBe(plans[1].documentId);
  });

  test('ties go to the earlier document', async () => {
    const twin = await readDocument(reader.ctx, { bytes: Buffer.from(MILL), name: 'twin.md' }); // another type: another document of the same text
    const question = 'Who bought the mill at Dunmore?';
    const first = async (readings: ReadingPlan[]) => (await find(reader.ctx, readings, { question, routes: ['bm25'], top: 1 })).passages[0].document;
    expect(await first([plans[0], twin])).toBe(plans[0].documentId);
    expect(await first([twin, plans[0]])).toBe(twin.documentId);
  });

  test('plans that are loaded when their turn comes give the same passages; the name heads trails of documents without a title', async () => {
    const given = (await find(reader.ctx, plans, OPTIONS)).passages;
    const loaded = (await find(reader.ctx, plans.map((plan, i) => lazy(plan, { name: `file-${i}` })), OPTIONS)).passages;
    expect(loaded.map(({ trail: _, ...rest }) => rest)).toEqual(given.map(({ trail: _, ...rest }) => rest));
    for (const { document, trail } of loaded) {
      const i = plans.findIndex((plan) => plan.documentId === document);
      expect(trail[0]).toBe(i === 1 ? 'The bell' : `file-${i}`);
    }
    expect((await find(reader.ctx, [lazy(plans[0], { name: 'file-0' })], OPTIONS)).passages[0].trail).toEqual([]); // of one, everybody knows the name
  });

  test.each(['reread', 'replay', 'sparse'] as const)('%s: what is quoted comes from the documents of the best hits', async (mode) => {
    const result = await ask(reader.ctx, plans, { ...OPTIONS, routes: ['bm25'], mode, maxOutputTokens: 4 });
    expect(result.citations[0]).toMatchObject({ document: plans[1].documentId, text: 'The bell of Saint Oswin was cast by Harold Vole.' });
    if (mode !== 'reread') expect(result.blocksTotal).toBe(plans.reduce((sum, plan) => sum + plan.numBlocks, 0));
  });

  test('none is refused; damage names its reading', async () => {
    expect((await errorOf(() => find(reader.ctx, [], OPTIONS))).code).toBe('VALIDATION');
    const lost = await readDocument(reader.ctx, { bytes: Buffer.from('Something that will be lost.'), name: 'lost.txt' });
    await reader.ctx.blobs.delete(lost.chunks[0].segment);
    expect(await errorOf(() => find(reader.ctx, [plans[0], lost], OPTIONS))).toMatchObject({ code: 'BLOB_NOT_FOUND', details: { readingId: lost.readingId } });
  });
});

describe('a reading that is not finished', () => {
  const FIRST = Uint8Array.of(0b1000_0000);

  test('is asked from its stored chunks only', async () => {
    const long = await readDocument(reader.ctx, { bytes: Buffer.from(`${BELL}\n${FILLER.repeat(9)}\n${MILL}`), name: 'long.txt' });
    expect(long.chunks.length).toBeGreaterThan(2);
    // What is not stored is not there: neither the segment, nor a neighbour across the edge.
    for (const chunk of long.chunks.slice(1)) await reader.ctx.blobs.delete(chunk.segment);
    const sources = [lazy(long, { stored: FIRST })];
    const { passages, numTokens } = await find(reader.ctx, sources, { ...OPTIONS, top: 100 });
    expect(numTokens).toBe(long.chunks[0].tokenEnd);
    expect(passages).toHaveLength(long.chunks[0].numBlocks);
    const { citations } = await ask(reader.ctx, sources, { ...OPTIONS, mode: 'reread', maxOutputTokens: 4, top: 100 });
    expect(citations.length).toBeGreaterThan(0);
    const last = long.chunks[0].numBlocks - 1;
    const edge = passages.find((p) => p.block === last)!;
    expect(edge.text).not.toBe('');
    expect((await errorOf(() => find(reader.ctx, [lazy(long)], OPTIONS))).code).toBe('BLOB_NOT_FOUND');
  });

  test('of which nothing is stored, nothing is found', async () => {
    expect(await find(reader.ctx, [lazy(plans[0], { stored: new Uint8Array() })], OPTIONS)).toMatchObject({ passages: [], numTokens: 0 });
  });
});
