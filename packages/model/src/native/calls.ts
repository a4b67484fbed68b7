// The three heavy calls: checks of their arguments, arrays for their results.
import assert from 'node:assert';
import type { EncodedBlocks, ForwardResult, GenerateOptions, GenerateResult, KvHeadRef, TransformerConfig, Want } from '../contract.ts';
import { checkLogProbs } from '../common/checks.ts';
import type { ModelAddon, SessionHandle } from './addon.ts';
import type { NativeContext } from './context.ts';

const LOGITS = { none: 0, last: 1, all: 2, logProbs: 3 } as const;

export function forward(
  addon: ModelAddon, session: SessionHandle, config: TransformerConfig,
  batch: Array<{ context: NativeContext; tokens: Int32Array }>, want: Want,
): ForwardResult[] {
  const { numLayers, numHeads, vocabSize, headDim } = config;
  const untilLayer = want.untilLayer ?? numLayers - 1;
  assert(Number.isInteger(untilLayer) && untilLayer >= 0 && untilLayer < numLayers, `untilLayer ${untilLayer} of ${numLayers} layers`);
  checkLogProbs(batch, want);
  assert((!want.logits && !want.lastLogProbs) || want.untilLayer === undefined, 'a pass that stops early has no logits');
  const queries = want.queries ?? [];
  for (const { layer, head } of queries) {
    assert(layer >= 0 && layer <= untilLayer && head >= 0 && head < numHeads, `queries of layer ${layer}, head ${head} are not computed`);
  }
  const results: ForwardResult[] = batch.map(({ tokens }) => ({
    ...(want.logits ? { logits: new Float32Array((want.logits === 'all' ? tokens.length : 1) * vocabSize) } : {}),
    ...(want.lastLogProbs ? { logProbs: new Float32Array(want.lastLogProbs) } : {}),
    ...(want.queries ? { queries: new Float32Array(tokens.length * queries.length * headDim) } : {}),
  }));
  addon.forward(
    session, batch.map(({ context }) => context.handle), batch.map(({ tokens }) => tokens),
    LOGITS[want.lastLogProbs ? 'logProbs' : want.logits ?? 'none'], results.flatMap(({ logits, logProbs }) => logits ?? logProbs ?? []),
    Int32Array.from(queries.flatMap(({ layer, head }) => [layer, head])), want.queries ? results.map((result) => result.queries!) : [],
    want.untilLayer ?? numLayers, want.control ?? null,
  );
  return results;
}

export function generate(addon: ModelAddon, session: SessionHandle, context: NativeContext, options: GenerateOptions): GenerateResult {
  const { tokens, maxTokens, stopTokens, temperature = 0, topP = 1, seed = 0, control, onToken } = options;
  assert(Number.isInteger(maxTokens) && maxTokens > 0, `maxTokens is ${maxTokens}`);
  assert(temperature >= 0 && topP > 0 && topP <= 1, `temperature is ${temperature}, topP is ${topP}`);
  return addon.generate(
    session, context.handle, tokens, maxTokens, Int32Array.from(stopTokens), temperature, topP, seed >>> 0, control ?? null, onToken ?? null,
  );
}

export function takeBlocks(
  addon: ModelAddon, session: SessionHandle, { headDim, numKvHeads }: TransformerConfig, context: NativeContext,
  from: number, to: number, heads: readonly KvHeadRef[], withValues: boolean,
): EncodedBlocks {
  assert(0 <= from && from <= to && to <= context.numTokens, `own tokens [${from}, ${to}) of ${context.numTokens}`);
  const numRun = context.stopLayer + (withValues ? 0 : 1); // layers that have what is asked for
  for (const { layer, kvHead } of heads) {
    assert(layer >= 0 && layer < numRun, `${withValues ? 'values' : 'keys'} of layer ${layer}: the context was run up to layer ${context.stopLayer}`);
    assert(kvHead >= 0 && kvHead < numKvHeads, `KV head ${kvHead} of ${numKvHeads}`);
  }
  const numTokens = to - from;
  const keys = new Float32Array(heads.length * numTokens * headDim); // (heads.length, numTokens, headDim)
  const values = withValues ? new Float32Array(keys.length) : null;
  addon.takeBlocks(session, context.handle, from, to, Int32Array.from(heads.flatMap(({ layer, kvHead }) => [layer, kvHead])), keys, values);
  return { numTokens, heads: heads.map((head) => ({ ...head })), keys, ...(values ? { values } : {}) };
}
