// The one table of what a transformer can be asked for: every verb of the contract. Each case returns numbers that all engines must agree on.
import type { Context, EncodedBlocks, ForwardResult, HeadRef, KvHeadRef, Transformer } from '../src/contract.ts';
import { randomTokens } from './tiny-model.ts';

export type Outcome = Record<string, Float32Array | Int32Array>;

export interface Case {
  name: string;
  run(transformer: Transformer): Promise<Outcome>;
}

export const CASES: Case[] = [
  {
    name: 'logits of the last of 1 token',
    run: async (t) => ({ logits: (await forward(t, t.context([], 1), tokens(t, 1), { logits: 'last' })).logits! }),
  },
  {
    name: 'logits of all of 150 tokens',
    run: async (t) => ({ logits: (await forward(t, t.context([], 150), tokens(t, 150), { logits: 'all' })).logits! }),
  },
  {
    name: 'the same tokens in three calls',
    async run(t) {
      const context = t.context([], 150);
      await forward(t, context, tokens(t, 150).subarray(0, 70));
      await forward(t, context, tokens(t, 150).subarray(70, 71));
      const { logits } = await forward(t, context, tokens(t, 150).subarray(71), { logits: 'last' });
      return { logits: logits!, length: Int32Array.of(context.length, context.numTokens) };
    },
  },
  {
    name: 'a batch of sequences of different lengths',
    async run(t) {
      const items = [5, 1, 64, 33].map((count, i) => ({ context: t.context([], count), tokens: tokens(t, count, 10 + i) }));
      const results = await t.forward(items, { logits: 'last', queries: allHeads(t).slice(0, 2) });
      return Object.fromEntries(results.flatMap(({ logits, queries }, i) => [[`logits${i}`, logits!], [`queries${i}`, queries!]]));
    },
  },
  {
    name: 'a batch where some sequences have a past',
    async run(t) {
      const items = [3, 90].map((count, i) => ({ context: t.context([], count + 20), tokens: tokens(t, 7 + i, 20 + i) }));
      for (const [i, { context }] of items.entries()) await forward(t, context, tokens(t, [3, 90][i], 30 + i));
      const results = await t.forward(items, { logits: 'all' });
      return Object.fromEntries(results.map(({ logits }, i) => [`logits${i}`, logits!]));
    },
  },
  {
    name: 'two sequences that share a prefix, which lives on',
    async run(t) {
      const prefix = t.context([], 20);
      await forward(t, prefix, tokens(t, 12, 1));
      const [a, b] = [t.context([{ kind: 'prefix', context: prefix }], 60), t.context([{ kind: 'prefix', context: prefix }], 60)];
      const [first, second] = await t.forward([{ context: a, tokens: tokens(t, 40, 2) }, { context: b, tokens: tokens(t, 30, 3) }], { logits: 'last' });
      const own = await forward(t, prefix, tokens(t, 5, 4), { logits: 'last' });
      return {
        first: first.logits!, second: second.logits!, own: own.logits!, ...named('taken', t.takeBlocks(a, 10, 40, allKvHeads(t), true)),
        length: Int32Array.of(a.length, a.numTokens, b.length, prefix.length),
      };
    },
  },
  {
    name: 'log-probabilities of the last tokens, in a batch, beside queries',
    async run(t) {
      const items = [9, 150, 40].map((count, i) => ({ context: t.context([], count + 3), tokens: tokens(t, count, 40 + i) }));
      await forward(t, items[2].context, tokens(t, 3, 50));
      const results = await t.forward(items, { lastLogProbs: 8, queries: [{ layer: 0, head: 0 }] });
      return Object.fromEntries(results.flatMap(({ logProbs, queries }, i) => [[`logProbs${i}`, logProbs!], [`queries${i}`, queries!]]));
    },
  },
  {
    name: 'queries of all heads, before RoPE',
    run: async (t) => ({ queries: (await forward(t, t.context([], 40), tokens(t, 40), { queries: allHeads(t) })).queries! }),
  },
  {
    name: 'keys and values of own tokens, before RoPE',
    async run(t) {
      const context = t.context([], 100);
      await forward(t, context, tokens(t, 100));
      return { ...named('all', t.takeBlocks(context, 0, 100, allKvHeads(t), true)), ...named('some', t.takeBlocks(context, 30, 31, allKvHeads(t).slice(1).reverse(), false)) };
    },
  },
  {
    name: 'a pass that stops early: queries and keys of the stop layer, values below it',
    async run(t) {
      const untilLayer = t.config.numLayers - 1;
      const context = t.context([], 80);
      const upTo = allHeads(t).filter(({ layer }) => layer <= untilLayer);
      const { queries } = await forward(t, context, tokens(t, 80), { untilLayer, queries: upTo });
      return {
        queries: queries!, ...named('keys', t.takeBlocks(context, 5, 80, allKvHeads(t), false)),
        ...named('below', t.takeBlocks(context, 5, 80, allKvHeads(t).filter(({ layer }) => layer < untilLayer), true)),
      };
    },
  },
  {
    name: 'a pass that stops at the first layer, behind a prefix',
    async run(t) {
      const prefix = t.context([], 4);
      await forward(t, prefix, tokens(t, 4, 1));
      const context = t.context([{ kind: 'prefix', context: prefix }], 30);
      const { queries } = await forward(t, context, tokens(t, 26), { untilLayer: 0, queries: [{ layer: 0, head: 1 }] });
      return { queries: queries!, ...named('keys', t.takeBlocks(context, 4, 30, [{ layer: 0, kvHead: 0 }], false)) };
    },
  },
  {
    name: 'a pass that stops early and gives nothing but keys',
    async run(t) {
      const context = t.context([], 80);
      await forward(t, context, tokens(t, 80), { untilLayer: t.config.numLayers - 1 });
      return named('keys', t.takeBlocks(context, 5, 80, allKvHeads(t), false));
    },
  },
  {
    name: 'replayed blocks behind a prefix',
    async run(t) {
      const { prefix, stored } = await readDocument(t, 150);
      const context = t.context([{ kind: 'prefix', context: prefix }, { kind: 'blocks', blocks: stored }, { kind: 'blocks', blocks: stored }], 30);
      const { logits } = await forward(t, context, tokens(t, 20, 5), { logits: 'all' });
      return { logits: logits!, length: Int32Array.of(context.length, context.numTokens), ...named('taken', t.takeBlocks(context, 4, 24, allKvHeads(t), true)) };
    },
  },
  {
    name: 'sparse: 2 chosen blocks and a window of 1, then more tokens with the same choice',
    async run(t) {
      const { prefix, stored } = await readDocument(t, 450);
      const context = t.context([{ kind: 'prefix', context: prefix }, { kind: 'sparse', blocks: stored, budgetBlocks: 2, windowBlocks: 1 }], 40);
      const before = context.selection() === undefined;
      const first = await forward(t, context, tokens(t, 12, 6), { logits: 'all' });
      const chosen = selected(context);
      const second = await forward(t, context, tokens(t, 3, 7), { logits: 'all' });
      return {
        first: first.logits!, second: second.logits!, ...chosen, ...named('later', selected(context)),
        length: Int32Array.of(Number(before), context.length, context.numTokens),
      };
    },
  },
  {
    name: 'sparse with ragged blocks, no window, no prefix',
    async run(t) {
      const { stored } = await readDocument(t, 200);
      const blockStarts = Int32Array.of(0, 10, 74, 74, 100, 150, 200);
      const context = t.context([{ kind: 'sparse', blocks: stored, budgetBlocks: 3, windowBlocks: 0, blockStarts }], 20);
      const { logits } = await forward(t, context, tokens(t, 9, 8), { logits: 'all' });
      return { logits: logits!, ...selected(context), length: Int32Array.of(context.length) };
    },
  },
  {
    name: 'sparse with a budget of nothing: only the window',
    async run(t) {
      const { stored } = await readDocument(t, 200);
      const context = t.context([{ kind: 'sparse', blocks: stored, budgetBlocks: 0, windowBlocks: 2 }], 20);
      const { logits } = await forward(t, context, tokens(t, 9, 8), { logits: 'all' });
      return { logits: logits!, ...selected(context), length: Int32Array.of(context.length) };
    },
  },
  {
    name: 'generate greedily behind a prefix, 12 tokens',
    async run(t) {
      const prefix = t.context([], 4);
      await forward(t, prefix, tokens(t, 4, 1));
      const context = t.context([{ kind: 'prefix', context: prefix }], 40);
      const heard: number[] = [];
      const { tokens: generated, finishReason } = await t.generate(context, {
        tokens: tokens(t, 20, 9), maxTokens: 12, stopTokens: [], onToken: (token) => void heard.push(token),
      });
      return { generated, heard: Int32Array.from(heard), reason: reason(finishReason), length: Int32Array.of(context.length) };
    },
  },
  {
    name: 'generate until a stop token, which is not returned',
    async run(t) {
      const options = { tokens: tokens(t, 20, 9), maxTokens: 10 };
      const free = await t.generate(t.context([], 40), { ...options, stopTokens: [] });
      const context = t.context([], 40);
      const stopped = await t.generate(context, { ...options, stopTokens: [free.tokens[4]] });
      return { free: free.tokens, stopped: stopped.tokens, reason: reason(stopped.finishReason), length: Int32Array.of(context.length) };
    },
  },
  {
    name: 'generate until the listener has enough',
    async run(t) {
      const heard: number[] = [];
      const { tokens: generated, finishReason } = await t.generate(t.context([], 40), {
        tokens: tokens(t, 20, 9), maxTokens: 10, stopTokens: [], onToken: (token) => heard.push(token) < 3,
      });
      return { generated, heard: Int32Array.from(heard), reason: reason(finishReason) };
    },
  },
  {
    name: 'generate from replayed blocks behind a prefix',
    async run(t) {
      const { prefix, stored } = await readDocument(t, 200);
      const context = t.context([{ kind: 'prefix', context: prefix }, { kind: 'blocks', blocks: stored }], 40);
      const { tokens: generated } = await t.generate(context, { tokens: tokens(t, 10, 12), maxTokens: 8, stopTokens: [] });
      return { generated, length: Int32Array.of(context.length, context.numTokens) };
    },
  },
  {
    name: 'generate from a sparse document',
    async run(t) {
      const { stored } = await readDocument(t, 300);
      const context = t.context([{ kind: 'sparse', blocks: stored, budgetBlocks: 2, windowBlocks: 1 }], 40);
      const { tokens: generated } = await t.generate(context, { tokens: tokens(t, 10, 11), maxTokens: 8, stopTokens: [] });
      return { generated, ...selected(context) };
    },
  },
];

function tokens(t: Transformer, count: number, seed = 0): Int32Array {
  return randomTokens(count, t.config.vocabSize, 77 + seed);
}

async function forward(t: Transformer, context: Context, input: Int32Array, want = {}): Promise<ForwardResult> {
  return (await t.forward([{ context, tokens: input }], want))[0];
}

/** A prefix of 4 tokens and, encoded behind it, the keys and values of numTokens more. */
async function readDocument(t: Transformer, numTokens: number): Promise<{ prefix: Context; stored: EncodedBlocks }> {
  const prefix = t.context([], 4);
  await forward(t, prefix, tokens(t, 4, 1));
  const chunk = t.context([{ kind: 'prefix', context: prefix }], 4 + numTokens);
  await forward(t, chunk, tokens(t, numTokens, 2));
  return { prefix, stored: t.takeBlocks(chunk, 4, 4 + numTokens, allKvHeads(t), true) };
}

export function allHeads({ config }: Transformer): HeadRef[] {
  return Array.from({ length: config.numLayers * config.numHeads }, (_, i) => ({ layer: Math.floor(i / config.numHeads), head: i % config.numHeads }));
}

export function allKvHeads({ config }: Transformer): KvHeadRef[] {
  return Array.from({ length: config.numLayers * config.numKvHeads }, (_, i) => ({ layer: Math.floor(i / config.numKvHeads), kvHead: i % config.numKvHeads }));
}

function selected(context: Context): Outcome {
  const selection = context.selection()!;
  return {
    blocks: Int32Array.from(selection.blocks.flatMap((blocks) => [blocks.length, ...blocks])),
    mass: Float32Array.of(selection.mass),
    hasRead: Int32Array.of(Number(selection.bytesRead > 0)),
  };
}

function named(prefix: string, values: EncodedBlocks | Outcome): Outcome {
  return Object.fromEntries(Object.entries(values)
    .filter(([, value]) => value instanceof Float32Array || value instanceof Int32Array)
    .map(([name, value]) => [`${prefix}.${name}`, value]));
}

function reason(finishReason: string): Int32Array {
  return Int32Array.of(['stop', 'length', 'cancelled'].indexOf(finishReason));
}
