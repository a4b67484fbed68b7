// The default model, with its own weights: cached under LECTERN_HOME, fetched and verified when absent. One short text with planted facts.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFsBlobStore, type Route } from '@lectern/shared';
import { ask, blobKeys, find, loadReaderModel, planReading, readDocument, DEFAULT_EXTRACT_LIMITS } from '../src/index.ts';
import type { AskOptions, ReaderContext, ReadingPlan } from '../src/contract.ts';

const FACTS = [
  { fact: 'The librarian of Torvald lost exactly 417 books in the great flood.', question: 'How many books did the librarian of Torvald lose in the flood?', answer: '417' },
  { fact: 'The favourite dish of the duke of Ormsby was pickled herring.', question: 'What was the favourite dish of the duke of Ormsby?', answer: 'herring' },
  { fact: 'Professor Ilse Brandt wrote her thesis on the migration of eels.', question: 'What was the subject of the thesis of Professor Ilse Brandt?', answer: 'eels' },
];
const OPTIONS: Omit<AskOptions, 'question'> = { routes: ['attention', 'bm25'], top: 8, mode: 'reread', maxOutputTokens: 40 };

/** Real text that every checkout has: the comments of TypeScript's DOM types, and code between them. */
const typescriptFolder = dirname(createRequire(import.meta.url).resolve('typescript'));
const DOM_TYPES = readFileSync(join(typescriptFolder, 'lib.dom.d.ts'), 'utf8');
const PROSE = DOM_TYPES.slice(0, 400_000).split('\n').filter((line) => /^\s+\* [A-Z].{60,}/.test(line)).map((line) => line.trim().slice(2).replace(/\[MDN[^\]]*\]\([^)]*\)/g, ''));

let ctx: ReaderContext;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lectern-reader-'));
  const model = await loadReaderModel('smollm2-135m-instruct', { home: process.env['LECTERN_HOME'] ?? join(homedir(), '.lectern'), numThreads: 2, engines: ['native'] });
  ctx = { blobs: createFsBlobStore(folder), model, tenant: 'tests' };
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe('the default model', () => {
  let plan: ReadingPlan;
  beforeAll(async () => {
    const paragraphs = Array.from({ length: 12 }, (_, i) => PROSE.slice(4 * i, 4 * i + 4).join(' '));
    for (const [i, { fact }] of FACTS.entries()) paragraphs[3 * i + 2] += ` ${fact} ${PROSE[60 + i]}`;
    plan = await readDocument(ctx, { bytes: Buffer.from(paragraphs.join('\n\n')), name: 'notes.txt' });
  }, 120_000);

  test.each<{ routes: Route[] }>([{ routes: ['attention'] }, { routes: ['bm25'] }, { routes: ['attention', 'bm25'] }])('finds planted facts first by $routes', async ({ routes }) => {
    for (const { fact, question } of FACTS) {
      const { passages } = await find(ctx, [plan], { question, routes, top: 8 });
      const words = fact.split(' ').slice(2, 6).join(' ');
      expect(passages.slice(0, 2).map((p) => p.text).join(' '), question).toContain(words);
    }
  });

  test('answers most of them from what it found, and quotes the sentence', async () => {
    const results = [];
    for (const { question, answer, fact } of FACTS) {
      const result = await ask(ctx, [plan], { ...OPTIONS, question });
      expect(result.citations.map((citation) => citation.text).join('\n')).toContain(fact);
      results.push({ right: result.answer?.includes(answer) ?? false, supported: result.supported });
    }
    expect(results.filter(({ right }) => right).length).toBeGreaterThanOrEqual(2);
  });

  test.each(['replay', 'sparse'] as const)('answers from stored keys and values: %s', async (mode) => {
    await Promise.all(plan.chunks.map(({ segment }) => ctx.blobs.delete(blobKeys.keysAndValues(segment))));
    const result = await ask(ctx, [plan], { ...OPTIONS, question: FACTS[0].question, mode });
    expect(result.answer).toContain('417');
    expect(result.blocksAttended).toBeLessThan(plan.numBlocks);
    expect(result.chunksEncodedOnDemand).toBeGreaterThan(0);
  });
});

describe('content-defined chunks', () => {
  test('of a real text: after a one-line edit at least 95 % of the later chunks keep their address', async () => {
    const text = DOM_TYPES.slice(0, 1_000_000);
    const planOf = async (id: string, content: string): Promise<ReadingPlan> => {
      await ctx.blobs.put(blobKeys.source(id), Buffer.from(content));
      return planReading(ctx, { documentId: id, readingId: `rd-${id}`, keep: 'index', name: 'x.txt', mediaType: 'text/plain', limits: DEFAULT_EXTRACT_LIMITS });
    };
    const before = await planOf('before', text);
    const known = new Set(before.chunks.map((chunk) => chunk.segment));
    expect(known.size).toBeGreaterThan(150);
    for (const place of [0.05, 0.2, 0.37, 0.5]) {
      const at = text.indexOf('\n', Math.floor(place * text.length));
      const after = await planOf(`edited-${place}`, `${text.slice(0, at)}\n// an inserted line of another length${text.slice(at)}`);
      const later = after.chunks.filter((chunk) => chunk.byteStart > at);
      expect(later.length).toBeGreaterThan(75);
      expect(later.filter((chunk) => known.has(chunk.segment)).length / later.length).toBeGreaterThanOrEqual(0.95);
    }
  });

  test('hold 512 to 2,048 tokens, about 1,024 on average', async () => {
    const plan = await planReading(ctx, { documentId: 'before', readingId: 'rd-before', keep: 'index', name: 'x.txt', mediaType: 'text/plain', limits: DEFAULT_EXTRACT_LIMITS });
    const sizes = plan.chunks.slice(0, -1).map((chunk) => chunk.tokenEnd - chunk.tokenStart);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(512);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2048);
    expect(plan.numTokens / plan.chunks.length).toBeGreaterThan(800);
    expect(plan.numTokens / plan.chunks.length).toBeLessThan(1250);
  });
});
