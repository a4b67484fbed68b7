// What only the tfjs engine can do wrong: leave tensors behind, grow with the context, hold a dead model's weights.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTfjs, type TfjsBackend } from '@lectern/sparse-attn/tfjs';
import { loadTransformer } from '../src/engines.ts';
import type { ModelFile, Transformer } from '../src/contract.ts';
import { CASES } from './conformance-cases.ts';
import { REFUSALS } from './conformance-refusals.ts';
import { randomTokens, writeTinyModel } from './tiny-model.ts';

const SHAPE = { numLayers: 2, numHeads: 2, numKvHeads: 1, headDim: 32, ffnDim: 128, vocabSize: 96, contextLength: 12_000, tied: true };
const NUM_CALLS = 50;
/** 50 passes that each kept the scores of one layer (2 heads x 512 x 512) would be 100 MiB. */
const MAX_GROWTH_BYTES = 16 * 2 ** 20;
/** Until V8's and TensorFlow's allocators have what they want. */
const NUM_WARM_UP = { wasm: 10, tensorflow: 60 };
/** 2,048 tokens behind 8,192: all scores of a layer at once would be 168 MB, and three such tensors are needed at a time. */
const MAX_LONG_BYTES = 320 * 2 ** 20;

export async function describeTensors(name: TfjsBackend['backend']): Promise<void> {
  process.env['TFJS_BACKEND'] = name;
  const backend = await startTfjs().catch((error: Error) => {
    if (process.env['CI']) throw error;
    console.error(`\n*** tfjs on ${name} is NOT tested: ${error.message} ***\n`);
    return undefined;
  });

  describe.runIf(backend)(`tfjs on ${name}`, () => {
    const { tf } = backend ?? {};
    const numTensors = () => tf!.memory().numTensors;
    let file: ModelFile;
    let remove: () => void;
    let transformer: Transformer;

    beforeAll(async () => {
      ({ file, remove } = await writeTinyModel(SHAPE, 11));
      transformer = await loadTransformer(file, { numThreads: 1, engines: ['tfjs'] });
    });
    afterAll(() => remove());

    const pass = async (tokens: Int32Array) => {
      const context = transformer.context([], tokens.length + 20);
      await transformer.forward([{ context, tokens }], { logits: 'last' });
      context.dispose();
    };

    it(`keeps no tensor and no memory of ${NUM_CALLS} passes`, async () => {
      const tokens = randomTokens(512, SHAPE.vocabSize, 1);
      for (let i = 0; i < NUM_WARM_UP[name]; i++) await pass(tokens);
      const before = { tensors: numTensors(), bytes: heldBytes(backend!) };
      for (let i = 0; i < NUM_CALLS; i++) await pass(tokens);
      expect(numTensors()).toBe(before.tensors);
      const grown = heldBytes(backend!) - before.bytes;
      console.log(`${name}: ${(grown / 2 ** 20).toFixed(1)} MiB more after ${NUM_CALLS} passes of 512 tokens`);
      expect(grown).toBeLessThan(MAX_GROWTH_BYTES);
    });

    it('keeps no tensor of any case or refusal, once its contexts are disposed', async () => {
      const contexts: Array<{ dispose(): void }> = [];
      const noted: Transformer = {
        ...transformer,
        context(parts, capacity) {
          const context = transformer.context(parts, capacity);
          contexts.push(context);
          return context;
        },
      };
      const before = numTensors();
      for (const { run } of CASES) await run(noted);
      for (const { run } of REFUSALS) await expect(async () => run(noted)).rejects.toThrow();
      expect(contexts.length).toBeGreaterThan(CASES.length);
      expect(numTensors()).toBeGreaterThan(before);
      for (const context of contexts) context.dispose();
      expect(numTensors()).toBe(before);
    });

    it('2,048 tokens behind 8,192 take a bounded amount of memory', async () => {
      const numStored = 8192;
      const stored = { // random, as keys and values of normed states are
        numTokens: numStored,
        heads: Array.from({ length: SHAPE.numLayers }, (_, layer) => ({ layer, kvHead: 0 })),
        keys: Float32Array.from({ length: SHAPE.numLayers * numStored * SHAPE.headDim }, (_, i) => Math.sin(i)),
        values: Float32Array.from({ length: SHAPE.numLayers * numStored * SHAPE.headDim }, (_, i) => Math.cos(i)),
      };
      const before = name === 'wasm' ? heldBytes(backend!) : process.memoryUsage.rss();
      const context = transformer.context([{ kind: 'blocks', blocks: stored }], 2048);
      const [{ logits }] = await transformer.forward([{ context, tokens: randomTokens(2048, SHAPE.vocabSize, 2) }], { logits: 'last' });
      context.dispose();
      expect(logits!.every(Number.isFinite)).toBe(true);
      const grown = (name === 'wasm' ? heldBytes(backend!) : process.resourceUsage().maxRSS * 1024) - before;
      console.log(`${name}: at most ${(grown / 2 ** 20).toFixed(0)} MiB for 2,048 tokens behind 8,192`);
      expect(grown).toBeLessThan(MAX_LONG_BYTES);
    });

    it('shares the weights of one file, and frees them with the last transformer', async () => {
      const loaded = numTensors();
      const second = await loadTransformer(file, { numThreads: 1, engines: ['tfjs'] });
      expect(numTensors()).toBe(loaded);
      second.dispose();
      second.dispose();
      await pass(randomTokens(4, SHAPE.vocabSize, 3));
      transformer.dispose();
      expect(numTensors()).toBe(0);
    });
  });
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** WASM never gives memory back: its heap is the most it ever held. Of TensorFlow, what the process holds beyond V8's heap and its garbage. */
function heldBytes({ tf, backend }: TfjsBackend): number {
  if (backend === 'wasm') return (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length;
  collectGarbage();
  const { rss, heapTotal } = process.memoryUsage();
  return rss - heapTotal;
}
