// all-MiniLM-L6-v2 beside the default model: a question that shares no word with its passage is answered by the embedding route, and by no other.
import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFsBlobStore } from '@lectern/shared';
import { ask, find, loadEmbedder, loadReaderModel, readDocument } from '../src/index.ts';
import type { ReaderContext, ReadingPlan } from '../src/contract.ts';

const home = process.env['LECTERN_HOME'] ?? join(homedir(), '.lectern');
/** Statement and question have no stem in common but those that the other paragraphs have too. */
const PAIRS = [
  { fact: 'A pregnant mare broke her leg crossing the frozen brook, so the vet had to put her down.', question: 'Which horse died after an injury?' },
  { fact: 'Rain fell without a pause for nine days, and the lower streets lay under a metre of water.', question: 'How bad was the flooding after the storm?' },
  { fact: 'Her physician forbade coffee and sent her to bed before ten every evening.', question: 'What did the doctor tell the patient to do about sleep?' },
  { fact: 'Burglars forced the jeweller\'s back door and left with forty gold rings.', question: 'What was stolen by thieves from the shop?' },
];
const FILLER = [
  'The committee met on Tuesday to discuss the budget of the library and the opening of the new reading room, which had been put off twice.',
  'Bread in this region is baked slowly, from rye, and is kept in a linen cloth on a wooden shelf above the stove until it is eaten.',
  'The railway line was closed for repairs in autumn; passengers took a bus to the next station and complained about the time it took.',
  'In the garden behind the school the children planted beans, pumpkins and sunflowers, and measured how tall they were on every Friday.',
  'The orchestra played a symphony by a composer whom nobody in the hall had heard of, and the audience asked for the last movement again.',
  'A new bridge over the canal is to be built of steel and oak, and the old one will be moved to the park, where it can be walked on.',
];

let ctx: ReaderContext;
let plan: ReadingPlan;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lectern-reader-'));
  const model = await loadReaderModel('smollm2-135m-instruct', { home, numThreads: 2, engines: ['native'] });
  ctx = { blobs: createFsBlobStore(folder), model, ...(await loadEmbedder('all-minilm-l6-v2', model, { home, numThreads: 2 })), tenant: 'tests' };
  const paragraphs = PAIRS.flatMap(({ fact }, i) => [...FILLER.map((line, j) => `${line} ${FILLER[(i + 2 * j + 1) % FILLER.length]}`), fact]);
  plan = await readDocument(ctx, { bytes: Buffer.from(paragraphs.join('\n\n')), name: 'chronicle.txt' });
}, 300_000);
afterAll(() => {
  ctx.embedder?.embedder.close();
  ctx.model.transformer.dispose();
  rmSync(folder, { recursive: true });
});

test('its files are there and it runs on the engine of the index model', () => {
  expect(ctx.embedder).toMatchObject({ id: 'all-minilm-l6-v2', embedder: { engine: 'native', dim: 384 } });
  expect(plan.numBlocks).toBeGreaterThan(20);
});

test('paraphrased questions find their passages by embedding where BM25 does not', async () => {
  const firstBy = { embedding: 0, bm25: 0 };
  for (const { fact, question } of PAIRS) {
    for (const route of ['embedding', 'bm25'] as const) {
      const { passages: [first] } = await find(ctx, [plan], { question, routes: [route], top: 1 });
      if (first?.text.includes(fact.slice(10, 40))) firstBy[route]++;
    }
  }
  expect(firstBy).toEqual({ embedding: PAIRS.length, bm25: 0 });
});

test('all routes together show the passage among the first three, with its rank on each', async () => {
  const { fact, question } = PAIRS[3];
  const { passages, notes } = await find(ctx, [plan], { question, top: 3 });
  expect(notes).toEqual([]);
  const found = passages.find(({ text }) => text.includes(fact.slice(10, 40)));
  expect(found?.ranks).toMatchObject({ embedding: 1, attention: expect.any(Number), 'second-look': expect.any(Number) });
  expect((await ask(ctx, [plan], { question, maxOutputTokens: 8 })).notes).toEqual([]);
});

test('a second look puts each passage first, and its sentence is shown to the reader', async () => {
  let numFirst = 0;
  for (const { fact, question } of PAIRS) {
    const { passages, citations } = await ask(ctx, [plan], { question });
    const looked = passages.find(({ ranks }) => ranks['second-look'] === 1);
    expect(citations.every(({ text }) => looked?.text.includes(text))).toBe(true);
    if (passages[0].text.includes(fact) && citations[0].text === fact) numFirst++;
  }
  expect(numFirst).toBe(PAIRS.length);
});

test('among enough others what the second look puts far ahead is supported though it shares no word with the question', async () => {
  const lines = PAIRS.flatMap(({ fact }, i) => [...Array.from({ length: 30 }, (_, j) => `${FILLER[j % FILLER.length]} ${FILLER[(i + 2 * j + 1) % FILLER.length]}`), fact]);
  const long = await readDocument(ctx, { bytes: Buffer.from(lines.join('\n\n')), name: 'annals.txt' });
  for (const { fact, question } of PAIRS.slice(2)) {
    const { supported, citations: [first] } = await ask(ctx, [long], { question });
    expect([supported, first.text]).toEqual([true, fact]);
    expect(await ask(ctx, [long], { question, routes: ['attention', 'bm25', 'embedding'] })).toMatchObject({ supported: false });
  }
  for (const question of ['Who was elected mayor of the coastal town?', 'When did the volcano erupt?']) expect(await ask(ctx, [long], { question })).toMatchObject({ supported: false });
});

test('is absent with a reason, or switched off', async () => {
  expect(await loadEmbedder('none', ctx.model, { home, numThreads: 1 })).toEqual({ embedderAbsent: 'it is switched off' });
  expect(await loadEmbedder('all-minilm-l6-v2', ctx.model, { home: folder, offline: true, numThreads: 1 })).toEqual({ embedderAbsent: expect.stringMatching(/nothing is fetched offline/) });
  const elsewhere = { transformer: { ...ctx.model.transformer, engine: 'tfjs' as const } };
  expect(await loadEmbedder('all-minilm-l6-v2', elsewhere, { home, numThreads: 1 })).toEqual({ embedderAbsent: expect.stringMatching(/tfjs: it has no embedder/) });
  await expect(loadEmbedder('nope', ctx.model, { home, numThreads: 1 })).rejects.toMatchObject({ code: 'MODEL_UNKNOWN' });
});
