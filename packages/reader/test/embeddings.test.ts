// The embedding route on tiny random models: what is stored and under which address, what an edit makes again, and what is said without it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openEmbedder, type Embedder } from '@lectern/model';
import { TINY, writeTinyBert, type TinyBert } from '../../model/test/embedder/tiny-bert.ts';
import { blobKeys, encodeChunks, find, planReading, readDocument, sealReading, storedChunks, DEFAULT_EXTRACT_LIMITS, encodeTaskBytes, askTaskBytes } from '../src/index.ts';
import type { FindOptions, ReaderContext, ReadingPlan } from '../src/contract.ts';
import { embeddingsKey } from '../src/segment/address.ts';
import { parseEmbeddings, writeEmbeddings } from '../src/segment/embeddings.ts';
import { errorOf } from './expect-error.ts';
import { tinyReader, type TinyReader } from './tiny-reader.ts';

let reader: TinyReader;
let bert: TinyBert;
let ctx: ReaderContext & { embedder: NonNullable<ReaderContext['embedder']> };
let embedded: string[] = [];

beforeAll(async () => {
  reader = await tinyReader();
  bert = writeTinyBert({ ...TINY, maxTokens: 200 });
  ctx = { ...reader.ctx, embedder: { id: 'tiny-bert', sha256: 'ab', embedder: listening(await openEmbedder(bert.folder, { numThreads: 1, engines: ['native'] })) } };
});
afterAll(() => {
  ctx.embedder.embedder.close();
  bert.remove();
  reader.remove();
});

/** The real one, and what it was given. */
function listening(embedder: Embedder): Embedder {
  return { ...embedder, embed: (texts, control) => {
    embedded.push(...texts);
    return embedder.embed(texts, control);
  } };
}

const chapter = (n: number, title = `Chapter ${n}`): string =>
  `## ${title}\n\n${Array.from({ length: 14 }, (_, i) => `A bad cab ${'abcdefghij'[i % 10]} faced a deaf ${n}th chief in a cage, a big fig and a bead ${i}.`).join('\n')}\n\n`;
const BOOK = `# Decades\n\n${[1, 2, 3, 4].map((n) => chapter(n)).join('')}`;
const read = (text: string, on: ReaderContext = ctx, onChunk?: (chunk: { reused: boolean }) => void): Promise<ReadingPlan> =>
  readDocument(on, { bytes: Buffer.from(text), name: 'book.md', ...(onChunk === undefined ? {} : { onChunk }) });
const OPTIONS: FindOptions = { question: 'a bad fig in a cage', routes: ['embedding'], top: 5 };

async function numPassages(plan: ReadingPlan, chunks: ReadingPlan['chunks']): Promise<number> {
  let sum = 0;
  for (const chunk of chunks) sum += parseEmbeddings(await ctx.blobs.get(embeddingsKey(ctx.embedder, plan, chunk)), 'x').firstBlocks.length;
  return sum;
}

describe('a reading', () => {
  test('stores a vector for each passage, of the headings above it and its text', async () => {
    embedded = [];
    const plan = await read(BOOK);
    expect(plan.chunks.length).toBeGreaterThan(4);
    for (const text of embedded) expect(text).toMatch(/^Decades( > Chapter \d)?\n/);
    const whole = (await ctx.blobs.get(blobKeys.text(plan.documentId))).toString();
    const squeezed = (text: string): string => text.replace(/\s/gu, '');
    expect(embedded.map((text) => squeezed(text.slice(text.indexOf('\n') + 1))).join('')).toBe(squeezed(whole));
    const all = embedded.slice();
    let at = 0;
    for (const chunk of plan.chunks) {
      const key = embeddingsKey(ctx.embedder, plan, chunk);
      const { numBlocks, dim, firstBlocks, scales, vectors } = parseEmbeddings(await ctx.blobs.get(key), key);
      expect([numBlocks, dim]).toEqual([chunk.numBlocks, TINY.dim]);
      const [vector] = await ctx.embedder.embedder.embed([all[at + 1]]);
      for (let i = 0; i < dim; i++) expect(Math.abs(vectors[dim + i] * scales[1] - vector[i])).toBeLessThan(0.51 * scales[1] + 1e-6);
      at += firstBlocks.length;
    }
    expect(at).toBe(all.length);
    expect(await storedChunks(ctx, plan)).toEqual(plan.chunks.map(() => true));
  });

  test('embeds nothing twice, and after an edit only what changed', async () => {
    const plan = await read(BOOK);
    embedded = [];
    await read(BOOK);
    expect(embedded).toEqual([]);
    const edited = await read(BOOK.replace('deaf 4th chief in a cage, a big fig and a bead 7', 'deaf 4th chief in a cage, a bigger fig and a bead 7'));
    const changed = edited.chunks.filter(({ segment }) => !plan.chunks.some((chunk) => chunk.segment === segment));
    expect(embedded.length).toBe(await numPassages(edited, changed));
    expect(embedded.length).toBeGreaterThan(0);
    expect(embedded.length).toBeLessThan(await numPassages(plan, plan.chunks) / 2);
    expect(embedded.some((text) => text.includes('bigger'))).toBe(true);
  });

  test('embeds passages anew under another trail, though their segments stay', async () => {
    const plan = await read(BOOK);
    embedded = [];
    let numEncoded = 0;
    const edited = await read(BOOK.replace('# Decades', '# Decadas'), ctx, ({ reused }) => { if (!reused) numEncoded++; });
    const same = edited.chunks.filter(({ segment }) => plan.chunks.some((chunk) => chunk.segment === segment));
    expect(same.length).toBe(edited.chunks.length - numEncoded);
    expect(same.length).toBeGreaterThan(2);
    expect(embedded.length).toBe(await numPassages(edited, edited.chunks)); // the title stands in every trail
    expect(embedded.every((text) => text.startsWith('Decadas'))).toBe(true);
  });

  test('addresses hold the embedder, its files, the blocks, the first trail and every heading with its place', async () => {
    const { trails, chunks } = await read(BOOK);
    const chunk = chunks.find(({ headings }) => headings.length > 0) as ReadingPlan['chunks'][number];
    const plan = { trails };
    const [{ charStart, trail }] = chunk.headings;
    const keys = [
      embeddingsKey(ctx.embedder, plan, chunk), embeddingsKey({ id: 'other', sha256: 'ab' }, plan, chunk), embeddingsKey({ id: 'tiny-bert', sha256: 'cd' }, plan, chunk),
      embeddingsKey(ctx.embedder, plan, { ...chunk, segment: `${chunk.segment}0` }), embeddingsKey(ctx.embedder, plan, { ...chunk, trails: chunk.trails.map(() => -1) }),
      embeddingsKey(ctx.embedder, plan, { ...chunk, headings: [] }), embeddingsKey(ctx.embedder, plan, { ...chunk, headings: [{ charStart: charStart + 1, trail }] }),
      embeddingsKey(ctx.embedder, plan, { ...chunk, headings: [{ charStart, trail: (trail + 1) % trails.length }] }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.every((key) => key.startsWith('embeddings/'))).toBe(true);
    // Elsewhere in a document the same chunk has the same vectors.
    const moved = { ...chunk, charStart: chunk.charStart + 7, headings: chunk.headings.map((heading) => ({ ...heading, charStart: heading.charStart + 7 })) };
    expect(embeddingsKey({ ...ctx.embedder }, plan, moved)).toBe(keys[0]);
  });

  test('states the bytes that it takes', async () => {
    const plan = await read(BOOK);
    const { workBytes } = ctx.embedder.embedder;
    expect(workBytes).toBeGreaterThan(1024 * TINY.dim * 4);
    expect(encodeTaskBytes(ctx.model, plan, ctx.embedder) - encodeTaskBytes(ctx.model, plan)).toBe(workBytes);
    expect(askTaskBytes(ctx.model, ctx.embedder) - askTaskBytes(ctx.model)).toBe(workBytes);
  });
});

describe('finding', () => {
  test('ranks every block by the cosine of exact vectors, but for the rounding', async () => {
    embedded = [];
    const plan = await read(`${BOOK}More.\n`);
    const whole = await read(BOOK);
    const { passages, notes, indexBytes } = await find(ctx, [whole], { ...OPTIONS, top: 100 });
    expect(notes).toEqual([]);
    expect(passages.length).toBeGreaterThan(20);
    expect(passages.map(({ ranks: { embedding } }) => embedding)).toEqual(passages.map(({ ranks: { embedding } }) => embedding).sort((a, b) => (a as number) - (b as number)));
    expect(passages[0].ranks).toEqual({ embedding: 1 });
    expect(indexBytes).toBeGreaterThan(whole.numBlocks * TINY.dim);
    const [question] = await ctx.embedder.embedder.embed([OPTIONS.question]);
    const cosines = new Map<number, number>();
    for (const chunk of whole.chunks) {
      const { dim, firstBlocks, lastBlocks, scales, vectors } = parseEmbeddings(await ctx.blobs.get(embeddingsKey(ctx.embedder, whole, chunk)), 'x');
      for (let p = 0; p < firstBlocks.length; p++) {
        const cosine = question.reduce((sum, q, i) => sum + q * vectors[p * dim + i] * scales[p], 0);
        for (let b = chunk.blockStart + firstBlocks[p]; b <= chunk.blockStart + lastBlocks[p]; b++) cosines.set(b, Math.max(cosine, cosines.get(b) ?? -1));
      }
    }
    const best = [...cosines].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    // Of neighbours that one sentence ranks the first stands for all.
    const shown = best.filter(([block, cosine], i) => !best.slice(0, i).some(([other, as]) => Math.abs(other - block) === 1 && as === cosine));
    expect(shown.length).toBeLessThan(best.length);
    expect(passages.map(({ block }) => block)).toEqual(shown.slice(0, passages.length).map(([block]) => block));
    // The same in several documents as in one.
    const both = await find(ctx, [plan, whole], { ...OPTIONS, top: 5 });
    expect(both.notes).toEqual([]);
    expect(new Set(both.passages.map(({ document }) => document)).size).toBe(2);
  });

  test('is fused with the other routes', async () => {
    const plan = await read(BOOK);
    const { passages, notes } = await find(ctx, [plan], { question: OPTIONS.question, top: 20 });
    expect(notes).toEqual([]);
    expect(passages.some(({ ranks }) => ranks.embedding !== undefined && ranks.attention !== undefined && ranks.bm25 !== undefined)).toBe(true);
    const part = (rank: number | undefined, weight = 1): number => (rank === undefined ? 0 : weight / (20 + rank));
    for (const { score, ranks: { attention, bm25, embedding } } of passages) {
      const others = part(attention, 0.5) + part(embedding); // BM25's rank counts for as much as the block covers
      expect(score).toBeGreaterThanOrEqual(others - 1e-10);
      expect(score).toBeLessThanOrEqual(others + part(bm25) + 1e-10);
    }
  });

  test('says that there is no embedder, and why', async () => {
    const plan = await read(BOOK);
    for (const [absent, says] of [['it is switched off', /it is switched off/], [undefined, /no embedder was loaded/]] as const) {
      const without: ReaderContext = { ...reader.ctx, embedderAbsent: absent };
      const { passages, notes } = await find(without, [plan], { question: OPTIONS.question });
      expect(notes).toEqual([expect.stringMatching(says)]);
      expect(passages.length).toBeGreaterThan(0);
      expect(passages.every(({ ranks }) => ranks.embedding === undefined)).toBe(true);
      const error = await errorOf(() => find(without, [plan], OPTIONS));
      expect([error.code, error.message]).toEqual(['VALIDATION', expect.stringMatching(says)]);
    }
    expect((await find(reader.ctx, [plan], { question: OPTIONS.question, routes: ['attention', 'bm25'] })).notes).toEqual([]);
  });

  test('answers about a reading made without it, says so, and knows when it is read again', async () => {
    const text = BOOK.replaceAll('cab', 'bag');
    const plan = await read(text, reader.ctx);
    const withIt = await read(BOOK);
    expect((await storedChunks(ctx, plan)).some((stored) => stored)).toBe(false);
    for (const readings of [[plan], [withIt, plan]]) {
      const { passages, notes } = await find(ctx, readings, { question: OPTIONS.question });
      expect(notes).toEqual([`found without the embedding route: document ${plan.documentId} was read without the embedder tiny-bert`]);
      expect(passages.some(({ ranks }) => ranks.embedding !== undefined)).toBe(false);
    }
    embedded = [];
    expect(await encodeChunks(ctx, plan, { from: 0, to: plan.chunks.length }, {})).toMatchObject({ chunksEncoded: 0 });
    expect(embedded.length).toBe(await numPassages(plan, plan.chunks));
    expect((await find(ctx, [plan], OPTIONS)).passages.length).toBe(5);
  });

  test('a reading whose chunks another worker encoded without it is sealed all the same', async () => {
    const text = BOOK.replaceAll('cab', 'fad');
    const args = { keep: 'index' as const, name: 'book.md', mediaType: 'text/markdown' as const, limits: DEFAULT_EXTRACT_LIMITS };
    const first = await read(text, reader.ctx);
    const plan = await planReading(ctx, { ...args, documentId: first.documentId, readingId: first.readingId });
    await sealReading(ctx, plan);
    expect((await find(ctx, [plan], { question: OPTIONS.question })).notes).toHaveLength(1);
  });

  test('damage is damage, and named', async () => {
    const plan = await read(BOOK.replaceAll('cab', 'jab'));
    const [chunk] = plan.chunks;
    const key = embeddingsKey(ctx.embedder, plan, chunk);
    const good = parseEmbeddings(await ctx.blobs.get(key), key);
    const bad: Array<[string, Buffer]> = [
      ['other bytes', Buffer.from('no such thing')],
      ['another number of blocks', writeEmbeddings({ ...good, numBlocks: good.numBlocks + 1 })],
      ['a vector of no block', writeEmbeddings({ ...good, lastBlocks: good.lastBlocks.map(() => good.numBlocks) })],
      ['a scale that is no number', writeEmbeddings({ ...good, scales: good.scales.map(() => Number.NaN) })],
      ['cut short', writeEmbeddings(good).subarray(0, 100)],
    ];
    for (const [what, bytes] of bad) {
      await ctx.blobs.put(key, bytes);
      const error = await errorOf(() => find(ctx, [plan], OPTIONS));
      expect([what, error.code, error.details]).toEqual([what, 'BLOB_CORRUPT', { key, readingId: plan.readingId }]);
    }
    await ctx.blobs.delete(key);
    expect((await storedChunks(ctx, plan))[0]).toBe(false);
  });

  test('stops when it is cancelled', async () => {
    const control = new Int32Array(new SharedArrayBuffer(8));
    let chunks = 0;
    const reading = readDocument(ctx, { bytes: Buffer.from(BOOK.replaceAll('cab', 'gab')), name: 'book.md', control, onChunk: () => { if (++chunks === 2) Atomics.store(control, 0, 1); } });
    await expect(reading).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
    expect(chunks).toBe(2);
  });
});
