// From bytes to answers on a tiny random model: places, reuse, sealing, cancelling, modes, and errors.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { join } from 'node:path';
import { createFsBlobStore, type Citation } from '@lectern/shared';
import { nativeFileMapper } from '@lectern/sparse-attn';
import { ask, encodeChunks, find, loadPlan, loadReading, planReading, readDocument, sealReading, storedChunks, blobKeys, DEFAULT_EXTRACT_LIMITS } from '../src/index.ts';
import type { AskOptions, ReadingPlan } from '../src/contract.ts';
import { errorOf } from './expect-error.ts';
import { makePdf } from './make-pdf.ts';
import { tinyReader, type TinyReader } from './tiny-reader.ts';

let reader: TinyReader;
beforeAll(async () => { reader = await tinyReader(); });
afterAll(() => reader.remove());

const chapter = (n: number): string => `## Chapter ${n} 😀\n\n${Array.from({ length: 9 }, (_, i) =>
  `Paragraph ${i} of part ${n} speaks of the naïve café № ${n * 100 + i}. Its second sentence is\nwrapped over two lines.`).join('\n\n')}\n\n`;
const BOOK = `# The Book 😀\n\n${Array.from({ length: 6 }, (_, n) => chapter(n)).join('')}The treasure of Ardmore lies under the ninth oak. End.\n`;
const read = (text: string, options: { keep?: 'index' | 'all'; name?: string } = {}): Promise<ReadingPlan> =>
  readDocument(reader.ctx, { bytes: Buffer.from(text), name: options.name ?? 'book.md', keep: options.keep ?? 'index' });
const OPTIONS: AskOptions = { question: 'Where does the treasure of Ardmore lie?', routes: ['attention', 'bm25'], top: 8, mode: 'reread', maxOutputTokens: 8 };

const textOf = async (plan: ReadingPlan): Promise<string[]> => [...(await reader.ctx.blobs.get(blobKeys.text(plan.documentId))).toString()];

async function expectVerbatim(plan: ReadingPlan, citations: readonly Citation[]): Promise<void> {
  const points = await textOf(plan);
  expect(citations.length).toBeGreaterThan(0);
  for (const citation of citations) {
    expect(points.slice(citation.startChar, citation.endChar).join('')).toBe(citation.text);
    expect(citation.text.trim()).toBe(citation.text);
    expect(citation.line).toBe(points.slice(0, citation.startChar).filter((c) => c === '\n').length + 1);
  }
}

describe('a reading', () => {
  test('covers the document without gaps and names what is stored', async () => {
    const plan = await read(BOOK);
    expect(plan.chunks.length).toBeGreaterThan(3);
    expect(plan).toMatchObject({ numTokens: Buffer.byteLength(BOOK), numChars: [...BOOK].length, keep: 'index', model: 'tiny' });
    let at = { token: 0, byte: 0, char: 0, block: 0 };
    for (const chunk of plan.chunks) {
      expect([chunk.tokenStart, chunk.byteStart, chunk.charStart, chunk.blockStart]).toEqual([at.token, at.byte, at.char, at.block]);
      expect(chunk.trails).toHaveLength(chunk.numBlocks);
      at = { token: chunk.tokenEnd, byte: chunk.byteEnd, char: chunk.charEnd, block: chunk.blockStart + chunk.numBlocks };
    }
    expect(at).toEqual({ token: plan.numTokens, byte: Buffer.byteLength(BOOK), char: plan.numChars, block: plan.numBlocks });
    expect(plan.trails.map((t) => t.parts)).toContainEqual(['The Book 😀', 'Chapter 3 😀']);
    expect(await storedChunks(reader.ctx, plan)).toEqual(plan.chunks.map(() => true));
    expect(await loadReading(reader.ctx.blobs, plan.readingId)).toEqual(plan);
    expect(await loadPlan(reader.ctx.blobs, plan.readingId)).toEqual(plan);
  });

  test('is not encoded twice, and after a small edit mostly not again', async () => {
    const plan = await read(BOOK);
    const again = await encodeChunks(reader.ctx, plan, { from: 0, to: plan.chunks.length }, {});
    expect(again).toEqual({ chunksEncoded: 0, chunksReused: plan.chunks.length, tokensEncoded: 0 });
    let reused = 0;
    const edited = await readDocument(reader.ctx, {
      bytes: Buffer.from(BOOK.replace('Paragraph 4 of part 1', 'Paragraph four of part 1')), name: 'book.md', onChunk: (c) => { if (c.reused) reused++; },
    });
    expect(reused).toBeGreaterThanOrEqual(edited.chunks.length - 4);
    expect(reused).toBeLessThan(edited.chunks.length);
  });

  test('is another for another tenant, with segments of its own', async () => {
    const plan = await read(BOOK);
    const other = await readDocument({ ...reader.ctx, tenant: 'other' }, { bytes: Buffer.from(BOOK), name: 'book.md' });
    expect(other.documentId).not.toBe(plan.documentId);
    expect(new Set([...plan.chunks, ...other.chunks].map((c) => c.segment)).size).toBe(2 * plan.chunks.length);
  });

  test('keeps all layers beside the same index, when asked', async () => {
    const index = await read(BOOK);
    const all = await read(BOOK, { keep: 'all' });
    expect(all.readingId).not.toBe(index.readingId);
    expect(all.chunks.map((c) => c.segment)).toEqual(index.chunks.map((c) => c.segment));
    for (const { segment } of all.chunks) expect(await reader.ctx.blobs.stat(blobKeys.keysAndValues(segment))).toBeDefined();
  });

  test('is sealed only when everything is there', async () => {
    const text = `Unsealed. ${BOOK}`;
    const documentId = 'doc_unsealed';
    await reader.ctx.blobs.put(blobKeys.source(documentId), Buffer.from(text));
    const plan = await planReading(reader.ctx, { documentId, readingId: 'rd_unsealed', keep: 'index', name: 'b.md', mediaType: 'text/markdown', limits: DEFAULT_EXTRACT_LIMITS });
    await encodeChunks(reader.ctx, plan, { from: 1, to: plan.chunks.length }, {});
    expect((await errorOf(() => sealReading(reader.ctx, plan))).code).toBe('RESULT_NOT_READY');
    expect((await errorOf(() => loadReading(reader.ctx.blobs, plan.readingId))).code).toBe('RESULT_NOT_READY');
    await encodeChunks(reader.ctx, plan, { from: 0, to: 1 }, {});
    await sealReading(reader.ctx, plan);
    expect((await loadReading(reader.ctx.blobs, plan.readingId)).numTokens).toBe(plan.numTokens);
  });

  test('stops at a cancel and keeps what it had by then', async () => {
    const text = BOOK.replaceAll('Paragraph', 'Passage');
    const control = new Int32Array(new SharedArrayBuffer(8));
    const done: number[] = [];
    const error = await errorOf(() => readDocument(reader.ctx, {
      bytes: Buffer.from(text), name: 'c.md', control, onChunk: ({ index }) => { done.push(index); if (index === 3) Atomics.store(control, 0, 1); },
    }));
    expect(error.code).toBe('JOB_CANCELLED');
    expect(done).toEqual([0, 1, 2, 3]);
    const reused: boolean[] = [];
    await readDocument(reader.ctx, { bytes: Buffer.from(text), name: 'c.md', onChunk: (c) => { reused.push(c.reused); } });
    expect(reused.slice(0, 4)).toEqual([true, true, true, true]);
    expect(reused).toContain(false);
  });
});

describe('find', () => {
  test('ranks the passage with the question\'s words first by BM25, with its exact place', async () => {
    const plan = await read(BOOK);
    const { passages } = await find(reader.ctx, [plan], { ...OPTIONS, routes: ['bm25'], top: 3 });
    expect(passages[0].text).toContain('Ardmore');
    expect(passages[0].ranks).toEqual({ bm25: 1 });
    expect(passages[0].trail).toEqual(['The Book 😀', 'Chapter 5 😀']);
    await expectVerbatim(plan, passages);
  });

  test('attention alone ranks every block, the same every time', async () => {
    const plan = await read(BOOK);
    const options = { ...OPTIONS, routes: ['attention' as const], top: 100 };
    const { passages } = await find(reader.ctx, [plan], options);
    expect(passages).toHaveLength(plan.numBlocks);
    await expectVerbatim(plan, passages);
    expect((await find(reader.ctx, [plan], options)).passages).toEqual(passages);
  });

  test('passages of all blocks cover the text, each verbatim and ended by whole sentences', async () => {
    const plan = await read(BOOK);
    const { passages } = await find(reader.ctx, [plan], { ...OPTIONS, routes: ['attention'], top: 1000 });
    const ordered = [...passages].sort((a, b) => a.block - b.block);
    expect(ordered.map((p) => p.block)).toEqual(Array.from({ length: plan.numBlocks }, (_, i) => i));
    await expectVerbatim(plan, ordered);
    const characters = [...BOOK];
    let covered = 0;
    for (const { startChar, endChar } of ordered) {
      expect(characters.slice(covered, startChar).join('').trim()).toBe('');
      covered = Math.max(covered, endChar);
    }
    expect(characters.slice(covered).join('').trim()).toBe('');
    expect(ordered.filter((p) => /[.!?]["”’')\]]*$/.test(p.text)).length).toBeGreaterThan(ordered.length * 0.9);
  });

  test('refuses routes it does not know, none, and questions that are too long', async () => {
    const plan = await read(BOOK);
    expect((await errorOf(() => find(reader.ctx, [plan], { ...OPTIONS, routes: ['vision' as never] }))).code).toBe('VALIDATION');
    expect((await errorOf(() => find(reader.ctx, [plan], { ...OPTIONS, routes: [] }))).code).toBe('VALIDATION');
    expect(await errorOf(() => find(reader.ctx, [plan], { ...OPTIONS, question: 'why '.repeat(200) })))
      .toMatchObject({ code: 'QUESTION_TOO_LONG', details: { actual: 800, limit: 512 } });
  });
});

describe('ask', () => {
  test.each(['reread', 'replay', 'sparse'] as const)('%s: answers with verbatim quotations', async (mode) => {
    const plan = await read(BOOK);
    const deltas: string[] = [];
    const result = await ask(reader.ctx, [plan], { ...OPTIONS, routes: ['bm25'], mode, onDelta: (text) => { deltas.push(text); } });
    await expectVerbatim(plan, result.citations);
    expect(result.citations[0].text).toContain('treasure of Ardmore');
    if (mode === 'reread') expect(result.citations[0].text).toContain(result.answer); // random weights, but a span of what was read
    else expect(result.supported).toBe(false);
    expect(result.outputTokens).toBeLessThanOrEqual(8);
    expect(result.answer?.startsWith(deltas.join('').trim())).toBe(true);
    if (mode !== 'reread') {
      expect(result.blocksTotal).toBe(plan.numBlocks);
      expect(result.blocksAttended).toBeGreaterThan(0);
      expect(result.blocksAttended).toBeLessThan(plan.numBlocks);
    }
  });

  test('replay and sparse on an index-only reading encode once on demand, and answer as on a reading that kept all', async () => {
    const text = BOOK.replaceAll('\n\n', '\n\nOn demand. '); // no chunk is another test's
    const index = await read(text);
    const answers: Array<string | undefined> = [];
    for (const mode of ['replay', 'sparse'] as const) {
      await Promise.all(index.chunks.map(({ segment }) => reader.ctx.blobs.delete(blobKeys.keysAndValues(segment))));
      const first = await ask(reader.ctx, [index], { ...OPTIONS, mode });
      const second = await ask(reader.ctx, [index], { ...OPTIONS, mode });
      expect(first.chunksEncodedOnDemand).toBeGreaterThan(0);
      expect(second.chunksEncodedOnDemand).toBe(0);
      expect(second.answer).toBe(first.answer);
      answers.push(first.answer);
    }
    const plan = await read(text, { keep: 'all' });
    const all = [await ask(reader.ctx, [plan], { ...OPTIONS, mode: 'replay' }), await ask(reader.ctx, [plan], { ...OPTIONS, mode: 'sparse' })];
    expect(all.map(({ answer }) => answer)).toEqual(answers);
    for (const { chunksEncodedOnDemand } of all) expect(chunksEncodedOnDemand).toBe(0);
  });

  test('cancelled is JOB_CANCELLED', async () => {
    const control = new Int32Array(new SharedArrayBuffer(8));
    control[0] = 1;
    expect((await errorOf(async () => ask(reader.ctx, [await read(BOOK)], { ...OPTIONS, control }))).code).toBe('JOB_CANCELLED');
  });

  test('a PDF\'s citations name their page', async () => {
    const lines = (page: number) => ({ lines: Array.from({ length: 8 }, (_, i) => ({ text: `Line ${i} of page ${page} tells of nothing in particular.`, y: 700 - 30 * i })) });
    const pages = [lines(1), lines(2), { lines: [{ text: 'The treasure of Ardmore lies under the ninth oak.', y: 700 }] }];
    const plan = await readDocument(reader.ctx, { bytes: makePdf(pages), name: 'map.pdf' });
    const { citations } = await ask(reader.ctx, [plan], { ...OPTIONS, routes: ['bm25'] });
    expect(citations[0]).toMatchObject({ page: 3, text: 'The treasure of Ardmore lies under the ninth oak.' });
    await expectVerbatim(plan, citations);
  });
});

describe('stored blobs', () => {
  test('a store that maps its files finds the same, at first and again', async () => {
    const plan = await read(BOOK);
    const { passages, indexBytes } = await find(reader.ctx, [plan], OPTIONS);
    const blobs = createFsBlobStore(join(reader.folder, 'blobs'), { blockingReads: true, mapper: nativeFileMapper() });
    expect(blobs.views).toBeDefined();
    for (let i = 0; i < 2; i++) {
      expect(await find({ ...reader.ctx, blobs }, [plan], OPTIONS)).toMatchObject({ passages, indexBytes });
    }
  });

  test('a damaged segment is BLOB_CORRUPT, not a wrong answer', async () => {
    const plan = await read(`Damaged. ${BOOK}`);
    const bytes = await reader.ctx.blobs.get(plan.chunks[0].segment);
    await reader.ctx.blobs.put(plan.chunks[0].segment, bytes.subarray(0, bytes.length - 4));
    expect((await errorOf(() => find(reader.ctx, [plan], OPTIONS))).code).toBe('BLOB_CORRUPT');
  });
});
