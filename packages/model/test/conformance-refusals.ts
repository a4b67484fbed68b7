// What every engine must refuse, and how: an expected failure by its code, a programmer's mistake by any error.
import type { Context, Transformer, Want } from '../src/contract.ts';
import { allKvHeads } from './conformance-cases.ts';
import { randomTokens } from './tiny-model.ts';

export interface Refusal {
  name: string;
  code?: 'CONTEXT_TOO_LONG' | 'JOB_CANCELLED';
  run(transformer: Transformer): Promise<unknown>;
}

export const REFUSALS: Refusal[] = [
  { name: 'more tokens than the capacity', code: 'CONTEXT_TOO_LONG', run: (t) => forward(t, t.context([], 4), 5) },
  {
    name: 'more tokens than the capacity, in a second call', code: 'CONTEXT_TOO_LONG',
    async run(t) {
      const context = t.context([], 7);
      await forward(t, context, 5);
      await forward(t, context, 3);
    },
  },
  { name: 'more positions than the trained window', code: 'CONTEXT_TOO_LONG', run: (t) => forward(t, t.context([], 2 * t.config.contextLength), t.config.contextLength + 1) },
  {
    name: 'a prefix beyond the capacity', code: 'CONTEXT_TOO_LONG',
    async run(t) {
      const prefix = t.context([], 10);
      await forward(t, prefix, 10);
      t.context([{ kind: 'prefix', context: prefix }], 9);
    },
  },
  {
    name: 'generating more than there is room for', code: 'CONTEXT_TOO_LONG',
    run: async (t) => t.generate(t.context([], 9), { tokens: tokensOf(t, 5), maxTokens: 6, stopTokens: [] }),
  },
  { name: 'a pass that was cancelled before it began', code: 'JOB_CANCELLED', run: (t) => forward(t, t.context([], 5), 5, { control: cancelled() }) },
  {
    name: 'a generation that was cancelled before it began', code: 'JOB_CANCELLED',
    run: async (t) => t.generate(t.context([], 20), { tokens: tokensOf(t, 5), maxTokens: 6, stopTokens: [], control: cancelled() }),
  },
  {
    name: 'values of the layer where a pass stopped',
    async run(t) {
      const context = await stoppedAtLast(t);
      t.takeBlocks(context, 0, 5, [{ layer: t.config.numLayers - 1, kvHead: 0 }], true);
    },
  },
  { name: 'going on after an early stop', run: async (t) => forward(t, await stoppedAtLast(t), 1) },
  { name: 'an early-stopped context as a prefix', run: async (t) => t.context([{ kind: 'prefix', context: await stoppedAtLast(t) }], 30) },
  { name: 'a token outside the vocabulary', run: async (t) => t.forward([{ context: t.context([], 4), tokens: Int32Array.of(t.config.vocabSize) }], {}) },
  { name: 'a negative token', run: async (t) => t.forward([{ context: t.context([], 4), tokens: Int32Array.of(-1) }], {}) },
  { name: 'no tokens', run: (t) => forward(t, t.context([], 4), 0) },
  { name: 'queries of a layer that is not there', run: (t) => forward(t, t.context([], 4), 1, { queries: [{ layer: t.config.numLayers, head: 0 }] }) },
  { name: 'queries of a head that is not there', run: (t) => forward(t, t.context([], 4), 1, { queries: [{ layer: 0, head: t.config.numHeads }] }) },
  { name: 'queries above the layer where the pass stops', run: (t) => forward(t, t.context([], 4), 1, { untilLayer: 0, queries: [{ layer: 1, head: 0 }] }) },
  { name: 'log-probabilities of all tokens: nothing stands before the first', run: (t) => forward(t, t.context([], 4), 4, { lastLogProbs: 4 }) },
  { name: 'log-probabilities of none', run: (t) => forward(t, t.context([], 4), 4, { lastLogProbs: 0 }) },
  { name: 'log-probabilities beside logits', run: (t) => forward(t, t.context([], 4), 4, { lastLogProbs: 1, logits: 'last' }) },
  { name: 'log-probabilities of a pass that stops early', run: (t) => forward(t, t.context([], 4), 4, { lastLogProbs: 1, untilLayer: 0 }) },
  { name: 'logits of a pass that stops early', run: (t) => forward(t, t.context([], 4), 1, { untilLayer: 0, logits: 'last' }) },
  {
    name: 'one context twice in a batch',
    async run(t) {
      const context = t.context([], 9);
      await t.forward([{ context, tokens: tokensOf(t, 2) }, { context, tokens: tokensOf(t, 2) }], {});
    },
  },
  {
    name: 'a disposed context',
    async run(t) {
      const context = t.context([], 4);
      context.dispose();
      await forward(t, context, 1);
    },
  },
  {
    name: 'own tokens that are not there',
    async run(t) {
      const context = t.context([], 9);
      await forward(t, context, 5);
      t.takeBlocks(context, 0, 6, allKvHeads(t), false);
    },
  },
  {
    name: 'a KV head that is not there',
    async run(t) {
      const context = t.context([], 9);
      await forward(t, context, 5);
      t.takeBlocks(context, 0, 5, [{ layer: 0, kvHead: t.config.numKvHeads }], false);
    },
  },
  {
    name: 'a prefix that is not the first part',
    async run(t) {
      const [context, blocks] = await stored(t, true);
      t.context([{ kind: 'blocks', blocks }, { kind: 'prefix', context }], 20);
    },
  },
  {
    name: 'stored blocks without values',
    async run(t) {
      const [, blocks] = await stored(t, false);
      t.context([{ kind: 'blocks', blocks }], 20);
    },
  },
  {
    name: 'stored blocks that lack a head',
    async run(t) {
      const [context] = await stored(t, true);
      t.context([{ kind: 'blocks', blocks: t.takeBlocks(context, 0, 5, allKvHeads(t).slice(1), true) }], 20);
    },
  },
  {
    name: 'block starts that do not cover the stored tokens',
    async run(t) {
      const [, blocks] = await stored(t, true);
      t.context([{ kind: 'sparse', blocks, budgetBlocks: 1, windowBlocks: 0, blockStarts: Int32Array.of(0, 4) }], 20);
    },
  },
];

const tokensOf = (t: Transformer, count: number) => randomTokens(count, t.config.vocabSize, 3);
const forward = async (t: Transformer, context: Context, count: number, want: Want = {}) => t.forward([{ context, tokens: tokensOf(t, count) }], want);

function cancelled(): Int32Array {
  const control = new Int32Array(new SharedArrayBuffer(8));
  control[0] = 1;
  return control;
}

async function stoppedAtLast(t: Transformer): Promise<Context> {
  const context = t.context([], 30);
  await forward(t, context, 5, { untilLayer: t.config.numLayers - 1 });
  return context;
}

async function stored(t: Transformer, values: boolean) {
  const context = t.context([], 9);
  await forward(t, context, 5);
  return [context, t.takeBlocks(context, 0, 5, allKvHeads(t), values)] as const;
}
