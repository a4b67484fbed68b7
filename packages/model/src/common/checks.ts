// What every engine written in TypeScript refuses, and how a pass looks at its control.
import assert from 'node:assert';
import { ServiceError } from '@lectern/shared';
import type { Control, KvHeadRef, TransformerConfig, Want } from '../contract.ts';

/** The part of an engine's context that decides what may run on it. */
export interface ContextState {
  readonly config: TransformerConfig;
  readonly capacity: number;
  readonly length: number;
  readonly numTokens: number;
  /** Layers below it hold keys and values, this one holds keys only; numLayers when no pass stopped early. */
  readonly stopLayer: number;
  readonly disposed: boolean;
}

/** Throws CONTEXT_TOO_LONG unless numTokens more own tokens fit. */
export function checkRoom(context: Pick<ContextState, 'config' | 'capacity' | 'length' | 'numTokens'>, numTokens: number): void {
  const { config, capacity } = context;
  const ownTokens = context.numTokens + numTokens;
  if (ownTokens > capacity) {
    throw new ServiceError('CONTEXT_TOO_LONG', `${ownTokens} tokens were asked for, the context's capacity is ${capacity}`, {
      details: { actual: ownTokens, limit: capacity },
    });
  }
  const length = context.length + numTokens;
  if (length > config.contextLength) {
    throw new ServiceError('CONTEXT_TOO_LONG', `${length} positions were asked for, the model was trained on ${config.contextLength}`, {
      details: { actual: length, limit: config.contextLength },
    });
  }
}

export function checkLogProbs(batch: ReadonlyArray<{ tokens: Int32Array }>, { logits, lastLogProbs }: Want): void {
  if (lastLogProbs === undefined) return;
  assert(logits === undefined, 'log-probabilities instead of logits, not both');
  for (const { tokens } of batch) assert(Number.isInteger(lastLogProbs) && lastLogProbs > 0 && lastLogProbs < tokens.length, `log-probabilities of ${lastLogProbs} of ${tokens.length} tokens`);
}

export function checkForward(context: ContextState, tokens: Int32Array, want: Want): void {
  const { config } = context;
  const { numLayers, numHeads, vocabSize } = config;
  assert(!context.disposed, 'the context was disposed');
  assert(context.stopLayer === numLayers, `the context was run up to layer ${context.stopLayer} only: it can be read by takeBlocks, not continued`);
  assert(tokens.length > 0, 'no tokens');
  for (const token of tokens) assert(token >= 0 && token < vocabSize, `token ${token} of a vocabulary of ${vocabSize}`);
  const untilLayer = want.untilLayer ?? numLayers - 1;
  assert(untilLayer >= 0 && untilLayer < numLayers, `untilLayer ${untilLayer} of ${numLayers} layers`);
  assert((!want.logits && !want.lastLogProbs) || want.untilLayer === undefined, 'a pass that stops early has no logits');
  checkLogProbs([{ tokens }], want);
  for (const { layer, head } of want.queries ?? []) {
    assert(layer >= 0 && layer <= untilLayer && head >= 0 && head < numHeads, `queries of layer ${layer}, head ${head} are not computed`);
  }
  checkRoom(context, tokens.length);
}

export function checkTake(context: ContextState, from: number, to: number, heads: readonly KvHeadRef[], values: boolean): void {
  const { numLayers, numKvHeads } = context.config;
  assert(!context.disposed, 'the context was disposed');
  assert(0 <= from && from <= to && to <= context.numTokens, `own tokens [${from}, ${to}) of ${context.numTokens}`);
  const numRun = Math.min(numLayers, context.stopLayer + (values ? 0 : 1)); // layers that have what is asked for
  for (const { layer, kvHead } of heads) {
    assert(layer >= 0 && layer < numRun, `${values ? 'values' : 'keys'} of layer ${layer}: the context was run up to layer ${context.stopLayer}`);
    assert(kvHead >= 0 && kvHead < numKvHeads, `KV head ${kvHead} of ${numKvHeads}`);
  }
}

/** Throws JOB_CANCELLED where that is asked for, else notes how far the pass is. */
export function lookAtControl(control: Control | undefined, permille: number): void {
  if (!control) return;
  if (Atomics.load(control, 0) !== 0) throw new ServiceError('JOB_CANCELLED', `the pass was cancelled ${permille / 10} % through its layers`);
  Atomics.store(control, 1, permille);
}
