// The native engine on real weights: what must not depend on threads. Results for any number of them, several JavaScript threads at once,
// a cancel that comes from another thread in the middle of a pass.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { loadTransformer } from '../src/engines.ts';
import type { ModelFile, Precision, Transformer } from '../src/contract.ts';
import { openRealModel } from './real-model.ts';
import { randomTokens } from './tiny-model.ts';

const ADDON = fileURLToPath(new URL('../../../build/native/model.node', import.meta.url));
const file = await openRealModel();
const tokens = randomTokens(200, file.config.vocabSize, 4);

describe.each(['int8', 'f32'] as const)('%s', (precision) => {
  async function load(numThreads: number): Promise<Transformer> {
    return loadTransformer(file, { numThreads, precision, engines: ['native'] });
  }

  async function logitsOf(transformer: Transformer): Promise<Float32Array[]> {
    const context = transformer.context([], 220);
    const results: Float32Array[] = [];
    // Many rows (by blocks with 2 threads, together with others), one row, few rows, many again: every kind of product.
    for (const [from, to] of [[0, 180], [180, 181], [181, 184], [184, 200]]) {
      results.push((await transformer.forward([{ context, tokens: tokens.subarray(from, to) }], { logits: 'last' }))[0].logits!);
    }
    context.dispose();
    return results;
  }

  it('gives the same bits with 1, 2 and 5 threads, alone and in a batch', { timeout: 120_000 }, async () => {
    const one = await load(1);
    const expected = await logitsOf(one);
    for (const numThreads of [2, 5]) {
      const transformer = await load(numThreads);
      expect(await logitsOf(transformer)).toEqual(expected);
      transformer.dispose();
    }
    const alone = one.context([], 50);
    const [{ logits }] = await one.forward([{ context: alone, tokens: tokens.subarray(0, 50) }], { logits: 'last' });
    const batch = [50, 70].map((count) => ({ context: one.context([], count), tokens: tokens.subarray(0, count) }));
    expect((await one.forward(batch, { logits: 'last' }))[0].logits).toEqual(logits);
    one.dispose();
  });

  it('keeps the same keys, values and queries up to a layer, of several texts in one pass', { timeout: 120_000 }, async () => {
    const heads = [{ layer: 0, head: 1 }, { layer: 3, head: 2 }];
    const run = async (numThreads: number) => {
      const transformer = await load(numThreads);
      const batch = [[0, 50], [30, 150], [100, 200]].map(([from, to]) => ({ context: transformer.context([], to! - from!), tokens: tokens.subarray(from, to) }));
      const results = await transformer.forward(batch, { queries: heads, untilLayer: 3 });
      const blocks = batch.map(({ context, tokens: { length } }) => [
        transformer.takeBlocks(context, 0, length, [{ layer: 2, kvHead: 1 }], true),
        transformer.takeBlocks(context, 0, length, [{ layer: 3, kvHead: 0 }], false),
      ]);
      transformer.dispose();
      return { queries: results.map(({ queries }) => queries), blocks };
    };
    expect(await run(2)).toEqual(await run(1));
  });

  it('has the same keys of a pass that is for nothing but finding, whatever the threads and the texts beside it', { timeout: 120_000 }, async () => {
    const heads = [{ layer: 0, kvHead: 0 }, { layer: 2, kvHead: 1 }, { layer: 3, kvHead: 2 }];
    const run = async (numThreads: number, texts: ReadonlyArray<readonly [number, number]>) => {
      const transformer = await load(numThreads);
      const batch = texts.map(([from, to]) => ({ context: transformer.context([], to - from), tokens: tokens.subarray(from, to) }));
      await transformer.forward(batch, { untilLayer: 3 });
      const keys = batch.map(({ context, tokens: { length } }) => transformer.takeBlocks(context, 0, length, heads, false));
      transformer.dispose();
      return keys;
    };
    const [expected] = await run(1, [[0, 200]]);
    expect(await run(2, [[0, 200]])).toEqual([expected]); // by blocks of rows
    expect((await run(2, [[0, 200], [20, 30]]))[0]).toEqual(expected);
    expect((await run(1, [[0, 150]]))[0].keys.subarray(0, 64)).toEqual(expected.keys.subarray(0, 64));
  });

  it('works on several JavaScript threads at once, with the same bits', { timeout: 120_000 }, async () => {
    const expected = await firstLogits(await load(1));
    const workers = [1, 1].map((numThreads) => workerLogits(file, numThreads, precision));
    const busy = await load(2);
    for (let i = 0; i < 4; i++) expect(await firstLogits(busy)).toEqual(expected);
    for (const logits of await Promise.all(workers)) expect(logits).toEqual(expected);

    async function firstLogits(transformer: Transformer): Promise<Float32Array> {
      const context = transformer.context([], 180);
      const [{ logits }] = await transformer.forward([{ context, tokens: tokens.subarray(0, 180) }], { logits: 'last' });
      context.dispose();
      return logits!;
    }
  });

  it('stops in the middle of a pass when another thread says so, and goes on as if nothing had been', { timeout: 120_000 }, async () => {
    const transformer = await load(2);
    const control = new Int32Array(new SharedArrayBuffer(8));
    const context = transformer.context([], 2000);
    await transformer.forward([{ context, tokens: tokens.subarray(0, 100) }], {});
    const watcher = new Worker(
      `const { workerData: control, parentPort } = require('node:worker_threads');
       parentPort.postMessage('ready');
       while (Atomics.load(control, 1) < 100) {}
       Atomics.store(control, 0, 1);`,
      { eval: true, workerData: control },
    );
    const ended = new Promise((resolve) => watcher.once('exit', resolve));
    await new Promise((resolve) => watcher.once('message', resolve));
    const long = randomTokens(1500, file.config.vocabSize, 6);
    await expect(async () => transformer.forward([{ context, tokens: long }], { control })).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
    await ended;
    expect(control[1]).toBeGreaterThanOrEqual(100);
    expect(control[1]).toBeLessThan(1000);
    expect([context.length, context.numTokens]).toEqual([100, 100]);

    control.fill(0);
    const [after] = await transformer.forward([{ context, tokens: tokens.subarray(100, 120) }], { logits: 'last', control });
    expect(control[1]).toBe(1000);
    const calm = transformer.context([], 2000);
    await transformer.forward([{ context: calm, tokens: tokens.subarray(0, 100) }], {});
    const [expected] = await transformer.forward([{ context: calm, tokens: tokens.subarray(100, 120) }], { logits: 'last' });
    expect(after.logits).toEqual(expected.logits);
    transformer.dispose();
  });

  it('reads early-stopped keys that are those of a whole pass, and values below', { timeout: 120_000 }, async () => {
    const transformer = await load(2);
    const untilLayer = 18;
    const [whole, stopped] = [transformer.context([], 200), transformer.context([], 200)];
    const queries = [{ layer: 17, head: 3 }, { layer: untilLayer, head: 7 }];
    const [full] = await transformer.forward([{ context: whole, tokens }], { queries });
    const [early] = await transformer.forward([{ context: stopped, tokens }], { queries, untilLayer });
    expect(early.queries).toEqual(full.queries);
    const heads = [{ layer: untilLayer, kvHead: 2 }, { layer: 17, kvHead: 1 }, { layer: 0, kvHead: 0 }];
    expect(transformer.takeBlocks(stopped, 7, 200, heads, false)).toEqual(transformer.takeBlocks(whole, 7, 200, heads, false));
    expect(transformer.takeBlocks(stopped, 0, 64, heads.slice(1), true)).toEqual(transformer.takeBlocks(whole, 0, 64, heads.slice(1), true));
    transformer.dispose();
  });

  it('generates what repeated passes would, and refuses to be used from inside a listener', { timeout: 120_000 }, async () => {
    const transformer = await load(2);
    const context = transformer.context([], 64);
    const generated = await transformer.generate(context, {
      tokens: tokens.subarray(0, 20), maxTokens: 12, stopTokens: [],
      onToken() {
        expect(() => transformer.forward([{ context, tokens: tokens.subarray(0, 1) }], {})).toThrow(/middle of a call/);
      },
    });
    const stepwise = transformer.context([], 64);
    let input = tokens.subarray(0, 20);
    for (const token of generated.tokens) {
      const [{ logits }] = await transformer.forward([{ context: stepwise, tokens: input }], { logits: 'last' });
      expect(token).toBe(logits!.indexOf(logits!.reduce((max, x) => Math.max(max, x))));
      input = Int32Array.of(token);
    }
    transformer.dispose();
  });
});

/** The addon in a worker thread, without TypeScript: the same weights, another instance. */
function workerLogits({ path, numBytes, config, tensors }: ModelFile, numThreads: number, precision: Precision): Promise<Float32Array> {
  expect(existsSync(ADDON)).toBe(true);
  const spec = { files: [{ path, numBytes }], config, tensors: [...tensors.values()] };
  const worker = new Worker(
    `const { workerData: { addon: path, spec, numThreads, precision, tokens }, parentPort } = require('node:worker_threads');
     const addon = require(path);
     const session = addon.load(spec, '', numThreads, precision);
     let logits;
     for (let i = 0; i < 3; i++) {
       const context = addon.createContext(session, 180, 180);
       logits = new Float32Array(spec.config.vocabSize);
       addon.forward(session, [context], [tokens], 1, [logits], new Int32Array(0), [], spec.config.numLayers, null);
       addon.disposeContext(context);
     }
     parentPort.postMessage(logits);`,
    { eval: true, workerData: { addon: ADDON, spec, numThreads, precision, tokens: tokens.slice(0, 180) } },
  );
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}
