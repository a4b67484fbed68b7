// Reads a document densely, as replayed blocks, and through a sparse part that may choose every block, and compares the logits of what follows.
import { expect } from 'vitest';
import type { Transformer } from '../src/contract.ts';
import { allKvHeads } from './conformance-cases.ts';

export interface Texts {
  prefix: Int32Array;
  document: Int32Array; // more than 3 blocks
  question: Int32Array;
}

export async function expectSparseEqualsDense(transformer: Transformer, { prefix, document, question }: Texts, tolerance: number): Promise<void> {
  const room = prefix.length + document.length + question.length;
  const prefixContext = transformer.context([], prefix.length);
  await transformer.forward([{ context: prefixContext, tokens: prefix }], {});
  const dense = transformer.context([{ kind: 'prefix', context: prefixContext }], room);
  await transformer.forward([{ context: dense, tokens: document }], {});
  const blocks = transformer.takeBlocks(dense, prefix.length, prefix.length + document.length, allKvHeads(transformer), true);

  const numBlocks = Math.ceil(document.length / 64);
  const sparseOf = (budgetBlocks: number, windowBlocks: number) =>
    transformer.context([{ kind: 'prefix', context: prefixContext }, { kind: 'sparse', blocks, budgetBlocks, windowBlocks }], prefix.length + question.length);
  const [full, withWindow, starved] = [sparseOf(numBlocks, 0), sparseOf(numBlocks - 2, 2), sparseOf(1, 0)];
  const replayed = transformer.context([{ kind: 'prefix', context: prefixContext }, { kind: 'blocks', blocks }], prefix.length + question.length);
  const results = await transformer.forward([dense, full, withWindow, starved, replayed].map((context) => ({ context, tokens: question })), { logits: 'all' });
  const [expected, ...others] = results.map(({ logits }) => logits!);
  const largest = expected.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
  const error = (logits: Float32Array) => logits.reduce((max, x, i) => Math.max(max, Math.abs(x - expected[i])), 0) / largest;

  expect(error(others[0])).toBeLessThanOrEqual(tolerance);
  expect(error(others[1])).toBeLessThanOrEqual(tolerance);
  expect(error(others[3])).toBeLessThanOrEqual(tolerance);
  expect(replayed.length).toBe(dense.length);
  // The comparison can fail: one block is not the document.
  expect(error(others[2])).toBeGreaterThan(10 * tolerance);
  for (const context of [full, withWindow]) {
    expect(context.length).toBe(dense.length);
    expect(context.selection()!.mass).toBeCloseTo(1, 5);
    for (const chosen of context.selection()!.blocks) expect([...chosen]).toEqual(Array.from({ length: numBlocks }, (_, block) => block));
  }
  for (const chosen of starved.selection()!.blocks) expect(chosen.length).toBe(1);
}
