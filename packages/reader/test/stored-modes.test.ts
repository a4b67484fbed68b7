// Modes replay and sparse on every engine: the same answer from the same stored keys and values, blocks counted, and no other reader.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadTransformer, type EngineName } from '@lectern/model';
import { ask, loadReadingBlocks, readDocument, type AskOptions, type ReaderContext, type ReadingPlan } from '../src/index.ts';
import { tinyReader, type TinyReader } from './tiny-reader.ts';

process.env['TFJS_BACKEND'] = 'wasm';
const TEXT = Array.from({ length: 60 }, (_, i) => `Paragraph ${i} of the log speaks of wind from the ${i % 2 === 0 ? 'north' : 'west'}.`)
  .toSpliced(31, 0, 'The treasure of Ardmore lies under the ninth oak.').join('\n\n');
const OPTIONS: AskOptions = { question: 'Where does the treasure of Ardmore lie?', routes: ['bm25'], top: 8, mode: 'replay', maxOutputTokens: 8 };

let reader: TinyReader;
let plan: ReadingPlan;
beforeAll(async () => {
  reader = await tinyReader();
  plan = await readDocument(reader.ctx, { bytes: Buffer.from(TEXT), name: 'log.txt', keep: 'all' });
});
afterAll(() => reader.remove());

async function withEngine(engine: EngineName): Promise<ReaderContext> {
  const { model } = reader.ctx;
  const transformer = await loadTransformer(model.file, { numThreads: 1, precision: 'f32', engines: [engine] });
  return { ...reader.ctx, model: { ...model, transformer } };
}

describe.each(['replay', 'sparse'] as const)('mode %s', (mode) => {
  test.each(['native', 'tfjs'] as const)('on %s answers as on the reference', async (engine) => {
    const expected = await ask(reader.ctx, [plan], { ...OPTIONS, mode });
    const ctx = await withEngine(engine);
    const result = await ask(ctx, [plan], { ...OPTIONS, mode });
    ctx.model.transformer.dispose();
    expect(expected.answer).not.toBe('');
    expect(result.answer).toBe(expected.answer);
    expect(result.blocksAttended).toBe(expected.blocksAttended);
  });

  test('another question, another answer: what is stored is really read', async () => {
    const other = await ask(reader.ctx, [plan], { ...OPTIONS, mode, question: 'Which paragraph speaks of wind from the west?' });
    expect(other.answer).not.toBe((await ask(reader.ctx, [plan], { ...OPTIONS, mode })).answer);
  });
});

test('replay reads the best hit and its neighbours, the same everywhere; sparse as many of more', async () => {
  const replay = await ask(reader.ctx, [plan], OPTIONS);
  const sparse = await ask(reader.ctx, [plan], { ...OPTIONS, mode: 'sparse' });
  expect(replay).toMatchObject({ blocksAttended: 3, blocksTotal: plan.numBlocks, chunksEncodedOnDemand: 0 });
  expect(sparse.blocksAttended).toBe(3);
  expect(sparse.segmentBytes).toBeGreaterThanOrEqual(replay.segmentBytes as number);
});

test('stored blocks of a reading: in the order asked, cut where the blocks are', async () => {
  const { blocks, blockStarts, places, encodedOnDemand } = await loadReadingBlocks(reader.ctx, plan, [3, 1]);
  expect(places.map(({ block }) => block)).toEqual([3, 1]);
  expect([...blockStarts]).toEqual([0, places[0].numTokens, places[0].numTokens + places[1].numTokens]);
  expect(encodedOnDemand).toBe(0);
  const alone = await loadReadingBlocks(reader.ctx, plan, [1]);
  const { headDim } = reader.ctx.model.transformer.config;
  for (const name of ['keys', 'values'] as const) {
    expect(blocks[name].subarray(blockStarts[1] * headDim, blockStarts[2] * headDim)).toEqual(alone.blocks[name].subarray(0, places[1].numTokens * headDim));
  }
});
