// Captured attention and positions of stored keys, on a tiny random model: what must hold whatever the weights are.
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EncodedBlocks, loadTransformer, ropeOf } from '@lectern/model';
import { frameOf, type ReaderModel } from '@lectern/reader';
import { rotate } from '@lectern/sparse-attn';
import { type TinyReader, tinyReader } from '../../reader/test/tiny-reader.ts';
import { benchCaptured, FRACTIONS } from '../src/bench/captured/captured.ts';
import { capturedOf, type Captured, RULES, SCOPES } from '../src/bench/captured/choose.ts';
import { DenseDocument, type GroupMass } from '../src/bench/captured/dense-document.ts';
import { lseOf } from '../src/bench/captured/log-sum-exp.ts';
import { capturedText } from '../src/bench/captured/table.ts';
import { BASELINE, lossTable, lossText } from '../src/bench/positions/losses.ts';
import { benchPositions } from '../src/bench/positions/positions.ts';
import { CAPPED_DISTANCE, placeBlocks, turnsOf } from '../src/bench/positions/schemes.ts';

const BOOK = Array.from({ length: 400 }, (_, i) => `The ${i % 7 === 0 ? 'captain' : 'mate'} wrote in chapter ${i} that the wind came from the ${['north', 'west', 'south'][i % 3]}.`).join('\n\n');

let reader: TinyReader;
let model: ReaderModel;
let fast: ReaderModel; // the same on the native engine
beforeAll(async () => {
  reader = await tinyReader();
  model = reader.ctx.model;
  fast = { ...model, transformer: await loadTransformer(model.file, { numThreads: 1, precision: 'f32', engines: ['native'] }) };
});
afterAll(() => { fast.transformer.dispose(); reader.remove(); });

describe('captured attention', () => {
  let groups: GroupMass[];
  const captured = (more: Partial<Parameters<typeof capturedOf>[1]>): Captured[] =>
    capturedOf(groups, { scope: 'KV head', rule: 'max', budget: 1, retrievalHeads: model.retrieval.heads, groupSize: 2, ...more });
  beforeAll(async () => {
    const document = await DenseDocument.read(model, model.tokenizer.encode(BOOK).ids.subarray(0, 500), 0);
    groups = await document.look(model.tokenizer.encode('Who wrote?').ids);
    document.dispose();
  });

  test('is 1 of each query over all blocks, and the document has a part of all attention', () => {
    expect(groups.map(({ layer, kvHead }) => [layer, kvHead])).toEqual([[0, 0], [1, 0], [2, 0]]);
    for (const { mass, scored, share, numRows, numBlocks } of groups) {
      expect([numRows, numBlocks]).toEqual([2 * 'Who wrote?'.length, 8]);
      for (let row = 0; row < numRows; row++) {
        for (const values of [mass, scored]) expect(values.subarray(row * numBlocks, (row + 1) * numBlocks).reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 5);
      }
      for (const value of share) expect(value > 0 && value < 1).toBe(true);
    }
  });

  // Once more in plain float64, from what the engine gives: every key at its position, one softmax over all of them.
  test('agrees with a softmax over all keys, written out', async () => {
    const { transformer } = model;
    const { config } = transformer;
    const { prefixIds } = frameOf(model);
    const question = model.tokenizer.encode('Who wrote?').ids;
    const context = transformer.context([], prefixIds.length + 500 + question.length);
    await transformer.forward([{ context, tokens: Int32Array.of(...prefixIds, ...model.tokenizer.encode(BOOK).ids.subarray(0, 500)) }], {});
    const first = context.length;
    const [{ queries }] = await transformer.forward([{ context, tokens: question }], { queries: [{ layer: 1, head: 1 }] }) as [{ queries: Float32Array }];
    const { keys } = transformer.takeBlocks(context, 0, first + question.length, [{ layer: 1, kvHead: 0 }], false);
    const token = 3;
    const placed = (vectors: Float32Array, i: number, position: number): number[] => {
      const vector = Float64Array.from(vectors.subarray(i * 16, (i + 1) * 16));
      rotate(vector, position, ropeOf(config, 1));
      return [...vector];
    };
    const q = placed(queries, token, first + token);
    const weights = Array.from({ length: first + token + 1 }, (_, key) => Math.exp(placed(keys, key, key).reduce((sum, x, d) => sum + x * q[d]!, 0) / 4));
    const sum = (from: number, to: number): number => weights.slice(from, to).reduce((total, x) => total + x, 0);
    const document = sum(prefixIds.length, first);
    const { mass, share, numBlocks } = groups[1]!;
    const row = 2 * token + 1; // of head 1
    expect(share[row]).toBeCloseTo(document / sum(0, weights.length), 2); // keys are in 8 bits
    for (let block = 0; block < numBlocks; block++) {
      const from = prefixIds.length + 64 * block;
      expect(mass[row * numBlocks + block]).toBeCloseTo(sum(from, Math.min(from + 64, first)) / document, 2);
    }
    context.dispose();
  });

  test('is 1 of what all blocks hold', () => {
    for (const shares of captured({ budget: 8 })) for (const share of Object.values(shares)) expect(share).toBeCloseTo(1, 5);
  });

  test.each(SCOPES.flatMap((scope) => RULES.map((rule) => [scope, rule] as const)))('grows with the budget: %s, %s', (scope, rule) => {
    if (rule === 'retrieval heads' && scope !== 'all layers') return;
    let before = captured({ scope, rule, budget: 0 });
    for (const { ofDocument, ofAll } of before) {
      expect(ofDocument).toBe(0);
      expect(ofAll).toBeLessThan(1); // what prefix and new tokens have
    }
    for (const budget of [1, 2, 4, 8]) {
      const now = captured({ scope, rule, budget });
      for (const [i, { ofDocument, ofAttentionToDocument, ofAll }] of now.entries()) {
        expect(ofDocument).toBeGreaterThanOrEqual(before[i]!.ofDocument);
        expect(ofAttentionToDocument).toBeGreaterThanOrEqual(before[i]!.ofAttentionToDocument);
        expect(ofAll).toBeGreaterThanOrEqual(before[i]!.ofAll);
      }
      before = now;
    }
  });

  test('what is known chooses better than any score, and the narrower the choice the better', () => {
    const sum = (scope: Parameters<typeof capturedOf>[1]['scope'], rule: Parameters<typeof capturedOf>[1]['rule']): number => {
      const weights = groups.map(({ share }) => share.reduce((total, x) => total + x, 0));
      return captured({ scope, rule, budget: 2 }).reduce((total, { ofAttentionToDocument }, i) => total + weights[i]! * ofAttentionToDocument, 0);
    };
    const close = 1e-6;
    expect(sum('row', 'known')).toBeGreaterThanOrEqual(sum('KV head', 'known') - close);
    expect(sum('KV head', 'known')).toBeGreaterThanOrEqual(sum('layer', 'known') - close);
    expect(sum('layer', 'known')).toBeGreaterThanOrEqual(sum('all layers', 'known') - close);
    for (const scope of ['KV head', 'layer', 'all layers'] as const) {
      for (const rule of ['max', 'mean'] as const) expect(sum(scope, 'known')).toBeGreaterThanOrEqual(sum(scope, rule) - close);
    }
  });

  test('the whole measurement, as a table; what does not fit the window is refused', async () => {
    const figures = await benchCaptured(fast, BOOK.repeat(3), { numTokens: 2000, numQuestions: 2, seed: 1 }, () => {}, new AbortController().signal);
    expect(figures.rows).toHaveLength(12 * FRACTIONS.length);
    expect(figures.share > 0 && figures.share < 1).toBe(true);
    expect(capturedText(figures)).toContain('| KV head | largest score of keys without positions |');
    await expect(benchCaptured(model, BOOK, { numTokens: 4000, numQuestions: 2, seed: 1 }, () => {}, new AbortController().signal)).rejects.toThrow('window of 2048');
  });

  test('log-sum-exp of nothing and of much', () => {
    expect(lseOf([])).toBe(Number.NEGATIVE_INFINITY);
    expect(lseOf([1000, 1000])).toBeCloseTo(1000 + Math.log(2), 9);
  });
});

describe('positions of stored keys', () => {
  const random = (numTokens: number, seed: number): EncodedBlocks & { values: Float32Array } => {
    const heads = [0, 1, 2].map((layer) => ({ layer, kvHead: 0 }));
    const size = heads.length * numTokens * 16;
    return { numTokens, heads, keys: Float32Array.from({ length: size }, (_, i) => Math.sin(seed + i)), values: Float32Array.from({ length: size }, (_, i) => Math.cos(seed + i)) };
  };

  test('chunk-local is contiguous where a chunk is read from its beginning; capped where the one key stands at that distance', () => {
    const local = Int32Array.from({ length: 100 }, (_, i) => 5 + i);
    expect([...turnsOf('contiguous', { numPrefix: 5, local })].every((turn) => turn === 0)).toBe(true);
    expect(turnsOf('chunk-local', { numPrefix: 5, local })).toEqual(turnsOf('contiguous', { numPrefix: 5, local }));
    const long = Int32Array.from({ length: CAPPED_DISTANCE + 3 }, (_, i) => i);
    expect(turnsOf('capped', { numPrefix: 0, local: long })[3]).toBe(0);
    expect(turnsOf('capped', { numPrefix: 2, local: long }).subarray(0, 2)).toEqual(Int32Array.of(0, 0));
  });

  test('chunk-local keeps distances within a chunk and to the prefix; two chunks stand at the same places', () => {
    const local = Int32Array.of(40, 41, 10, 11); // new tokens follow 41, so stand at 42
    const turns = turnsOf('chunk-local', { numPrefix: 3, local });
    const firstNew = 3 + local.length;
    const distance = (i: number): number => firstNew - (i + turns[i]!); // the engine's position and its turn
    expect([3, 4, 5, 6].map(distance)).toEqual([2, 1, 32, 31]);
    expect([0, 1, 2].map(distance)).toEqual([42, 41, 40]);
    const capped = turnsOf('capped', { numPrefix: 3, local });
    expect(new Set([3, 4, 5, 6].map((i) => firstNew - (i + capped[i]!)))).toEqual(new Set([CAPPED_DISTANCE]));
  });

  // A turn before the engine's own is another position: shown against keys that the engine itself puts elsewhere.
  test('a turn of all keys by the same amount is as if all new tokens stood further away', async () => {
    const { transformer } = model;
    const tokens = Int32Array.of(1, 2, 3, 4);
    const logitsOf = async (blocks: EncodedBlocks[]): Promise<Float32Array> => {
      const context = transformer.context(blocks.map((each) => ({ kind: 'blocks', blocks: each })), tokens.length);
      const [{ logits }] = await transformer.forward([{ context, tokens }], { logits: 'last' }) as [{ logits: Float32Array }];
      context.dispose();
      return logits;
    };
    const [prefix, stored] = [random(2, 1), random(6, 2)];
    const plain = await logitsOf([prefix, stored]);
    const same = await logitsOf([placeBlocks(prefix, stored, new Int32Array(8), transformer.config)]);
    for (const [i, x] of plain.entries()) expect(same[i]).toBeCloseTo(x, 4);
    const moved = await logitsOf([placeBlocks(prefix, stored, new Int32Array(8).fill(-50), transformer.config)]);
    expect(Math.max(...plain.map((x, i) => Math.abs(x - moved[i]!)))).toBeGreaterThan(1e-3);
    // Swapped in memory, turned back to where they were: attention does not see the order of rows.
    const swapped = placeBlocks(stored, prefix, Int32Array.of(2, 2, 2, 2, 2, 2, -6, -6), transformer.config);
    for (const [i, x] of (await logitsOf([swapped])).entries()) expect(x).toBeCloseTo(plain[i]!, 4);
  });

  test('the whole measurement: every context at every length, dense where it fits', async () => {
    const { rows } = await benchPositions(fast, BOOK, { lengths: [512, 2000], numBlocks: 4, numTargets: 2 }, () => {}, new AbortController().signal);
    const contextsOf = (length: number): string[] => rows.filter((row) => row.length === length).map(({ context }) => context);
    expect(contextsOf(512)).toEqual(['nothing but the recent text', BASELINE, 'stored blocks, chunk-local', 'stored blocks, capped', 'the same blocks as text', 'all of it as text, dense']);
    expect(contextsOf(2000)).toEqual(contextsOf(512).slice(0, 5));
    for (const { mean, numTargets } of rows) {
      expect(numTargets).toBe(2);
      expect(mean > 0 && Number.isFinite(mean)).toBe(true);
    }
    const [alone512, aloneLonger] = [512, 2000].map((length) => rows.find((row) => row.length === length && row.context.startsWith('nothing'))!.mean);
    expect(alone512).toBe(aloneLonger); // the same targets
    expect(lossText(rows, { numBlocks: 4 })).toContain(BASELINE);
  });

  test('ends at an interruption and leaves nothing behind', async () => {
    const folders = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('lectern-positions-'));
    const before = folders();
    const controller = new AbortController();
    const interrupt = (line: string): void => { if (line.includes('target 1 of')) controller.abort(new Error('enough')); };
    await expect(benchPositions(fast, BOOK, { lengths: [512], numBlocks: 4, numTargets: 2 }, interrupt, controller.signal)).rejects.toThrow('enough');
    expect(folders()).toEqual(before);
  });

  test('differences are paired', () => {
    const key = (context: string): string => JSON.stringify([10, context]);
    const rows = lossTable(new Map([[key(BASELINE), [1, 2, 3]], [key('other'), [2, 3, 4]]]));
    expect(rows[1]).toMatchObject({ mean: 3, difference: 1, halfInterval: 0, numTargets: 3 });
  });
});
