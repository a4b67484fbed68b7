// Negative log-likelihood of the next text, given blocks found for it in a long text before it, under several schemes of positions.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type ContextPart, scoreText } from '@lectern/model';
import { find, frameOf, loadReadingBlocks, prefixContext, readDocument, type ReaderContext, type ReaderModel } from '@lectern/reader';
import { createFsBlobStore } from '@lectern/shared';
import { nativeFileMapper } from '@lectern/sparse-attn';
import { UsageError } from '../../errors.ts';
import { lossTable, type LossRow } from './losses.ts';
import { placeBlocks, SCHEMES, turnsOf } from './schemes.ts';
import { type Target, targetsOf } from './targets.ts';

export interface PositionsOptions {
  /** Tokens of the text before the targets that blocks are found in. */
  lengths: readonly number[];
  numBlocks: number;
  numTargets: number;
}

export interface PositionsFigures extends PositionsOptions {
  rows: LossRow[];
}

export async function benchPositions(model: ReaderModel, text: string, options: PositionsOptions, say: (line: string) => void, signal: AbortSignal): Promise<PositionsFigures> {
  const { ids, starts, targets } = targetsOf(model.tokenizer, text, Math.max(...options.lengths), options.numTargets);
  checkWindow(model, options.numBlocks, targets[0]!);
  const folder = mkdtempSync(join(tmpdir(), 'lectern-positions-'));
  try {
    const ctx: ReaderContext = { blobs: createFsBlobStore(folder, { blockingReads: true, mapper: nativeFileMapper() }), model, tenant: 'bench' };
    const losses = new Map<string, number[]>(); // of each target, in order
    const add = (length: number, context: string, loss: number): void => {
      const name = JSON.stringify([length, context]);
      losses.set(name, [...(losses.get(name) ?? []), loss]);
    };
    for (const length of options.lengths) {
      const end = Math.max(...options.lengths);
      const bytes = Buffer.from(text).subarray(starts[end - length], starts[end]);
      const plan = await readDocument(ctx, { bytes, name: `last-${length}.txt`, mediaType: 'text/plain', onChunk: () => signal.throwIfAborted() });
      say(`read ${plan.numTokens} tokens`);
      for (const [i, target] of targets.entries()) {
        for (const [context, loss] of await lossesOf(ctx, plan, bytes, target, options.numBlocks)) add(length, context, loss);
        const before = ids.subarray(end - length, end);
        const dense = frameOf(model).prefixIds.length + before.length + target.ids.length <= model.transformer.config.contextLength;
        if (dense) add(length, 'all of it as text, dense', await lossAfter(model, [], Int32Array.of(...frameOf(model).prefixIds, ...before), target));
        say(`${length} tokens, target ${i + 1} of ${targets.length}`);
        await setImmediate(); // a Ctrl-C is heard
        signal.throwIfAborted();
      }
    }
    return { ...options, rows: lossTable(losses) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function lossesOf(ctx: ReaderContext, plan: Awaited<ReturnType<typeof readDocument>>, bytes: Buffer, target: Target, numBlocks: number): Promise<Array<[string, number]>> {
  const { model } = ctx;
  const { transformer, tokenizer } = model;
  const { prefixIds } = frameOf(model);
  const { passages } = await find(ctx, [plan], { question: target.recent, routes: ['attention', 'bm25'], top: numBlocks });
  const numbers = passages.map(({ block }) => block).sort((a, b) => a - b);
  const { blocks, places } = await loadReadingBlocks(ctx, plan, numbers);
  const local = Int32Array.from(places.flatMap(({ chunk, tokenStart, numTokens }) => {
    const first = prefixIds.length + chunk.tokenStart - chunk.overlapStart + tokenStart;
    return Array.from({ length: numTokens }, (_, i) => first + i);
  }));
  const taken = transformer.takeBlocks(await prefixContext(model), 0, prefixIds.length, blocks.heads, true);
  const prefix = { ...taken, values: taken.values! };
  const losses: Array<[string, number]> = [['nothing but the recent text', await lossAfter(model, [], prefixIds, target)]];
  for (const scheme of SCHEMES) {
    const turned = placeBlocks(prefix, blocks, turnsOf(scheme, { numPrefix: prefixIds.length, local }), transformer.config);
    losses.push([`stored blocks, ${scheme}`, await lossAfter(model, [{ kind: 'blocks', blocks: turned }], new Int32Array(0), target)]);
  }
  const found = places.map(({ byteStart, byteEnd }) => bytes.toString('utf8', byteStart, byteEnd)).join('');
  losses.push(['the same blocks as text', await lossAfter(model, [], Int32Array.of(...prefixIds, ...tokenizer.encode(found).ids), target)]);
  return losses;
}

/** Mean over the target's tokens to be predicted, in nats; the recent text stands before them. */
async function lossAfter(model: ReaderModel, parts: readonly ContextPart[], before: Int32Array, target: Target): Promise<number> {
  const tokens = Int32Array.of(...before, ...target.ids);
  const { losses } = await scoreText(model.transformer, tokens, parts);
  const predicted = losses.subarray(losses.length - target.numPredicted);
  return predicted.reduce((sum, loss) => sum + loss, 0) / predicted.length;
}

function checkWindow(model: ReaderModel, numBlocks: number, target: Target): void {
  const needed = frameOf(model).prefixIds.length + numBlocks * 64 + target.ids.length;
  const { contextLength } = model.transformer.config;
  if (needed > contextLength) throw new UsageError(`${numBlocks} blocks with the text after them need ${needed} tokens, the model's window has ${contextLength}`);
}
