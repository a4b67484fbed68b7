// One forward pass of one sequence: embedding, layers, logits. Rows are committed to the context only when the pass has ended.
import { rotate } from '@lectern/sparse-attn';
import { checkForward, lookAtControl } from '../common/checks.ts';
import { logProbsOf } from '../common/log-probs.ts';
import { ropeOf } from '../rope-of.ts';
import { attendLayer } from './attention.ts';
import type { ReferenceContext } from './context.ts';
import { addBias, addInPlace, gated, gelu, matmul, rmsNorm, silu } from './math.ts';
import type { LayerWeights, Weights } from './weights.ts';
import type { ForwardResult, TransformerConfig, Want } from '../contract.ts';

export interface Traffic {
  keyValueBytes: number;
  weightBytes: number;
}

export function forward(weights: Weights, context: ReferenceContext, tokens: Int32Array, want: Want, traffic: Traffic): ForwardResult {
  checkForward(context, tokens, want);
  const isFirst = context.selection() === undefined;
  try {
    return runLayers(weights, context, tokens, want, traffic);
  } catch (error) {
    if (isFirst) context.sparse?.forget();
    throw error;
  }
}

function runLayers(weights: Weights, context: ReferenceContext, tokens: Int32Array, want: Want, traffic: Traffic): ForwardResult {
  const { config } = context;
  const { dim, rmsNormEps } = config;
  const numTokens = tokens.length;
  const stopLayer = want.untilLayer ?? config.numLayers;
  const wantedQueries = want.queries && new Float32Array(numTokens * want.queries.length * config.headDim); // (numTokens, queries, headDim)

  const x = new Float64Array(numTokens * dim); // (numTokens, dim), the residual stream
  const { embeddingScale = 1 } = config;
  for (const [i, token] of tokens.entries()) x.set(weights.tokenEmbd.subarray(token * dim, (token + 1) * dim).map((value) => value * embeddingScale), i * dim);
  for (let layer = 0; layer < Math.min(stopLayer + 1, config.numLayers); layer++) {
    lookAtControl(want.control, Math.floor((1000 * layer) / config.numLayers));
    const layerWeights = weights.layers[layer];
    const normed = rmsNorm(x, layerWeights.attnNorm, rmsNormEps);
    const q = project(config, normed, layerWeights.attnQ, layerWeights.attnQBias, layerWeights.attnQNorm); // (numTokens, numHeads, headDim)
    if (wantedQueries) copyQueries(context, q, layer, want.queries!, wantedQueries);
    storeKeys(context, layer, project(config, normed, layerWeights.attnK, layerWeights.attnKBias, layerWeights.attnKNorm));
    traffic.weightBytes += layerWeights.attnK.byteLength + layerWeights.attnQ.byteLength;
    if (layer === stopLayer) break;
    context.layers[layer].values.set(project(config, normed, layerWeights.attnV, layerWeights.attnVBias, undefined), rowStart(context));
    attentionAndFfn(context, layer, layerWeights, x, q, traffic);
  }
  for (let i = 0; i < numTokens; i++) context.ownRows.push(context.numRows + i);
  context.numRows += numTokens;
  context.stopLayer = stopLayer;
  lookAtControl(want.control, 1000);

  const { lastLogProbs } = want;
  const first = want.logits === 'last' ? numTokens - 1 : lastLogProbs ? numTokens - 1 - lastLogProbs : 0;
  const end = lastLogProbs ? numTokens - 1 : numTokens;
  const rows = want.logits || lastLogProbs ? Float32Array.from(matmul(rmsNorm(x.subarray(first * dim, end * dim), weights.outputNorm, rmsNormEps), weights.output, dim)) : undefined;
  if (rows) traffic.weightBytes += weights.output.byteLength;
  return { ...(rows ? (lastLogProbs ? { logProbs: logProbsOf(rows, tokens.subarray(first + 1)) } : { logits: rows }) : {}), ...(wantedQueries ? { queries: wantedQueries } : {}) };
}

/** Queries, keys or values of all heads, before RoPE: a product, its bias, and the norm of each head. */
function project(
  config: TransformerConfig,
  normed: Float64Array, // (numTokens, dim)
  weight: Float32Array, // (heads * headDim, dim)
  bias: Float32Array | undefined, // (heads * headDim)
  norm: Float32Array | undefined, // (headDim)
): Float32Array {
  const projected = addBias(matmul(normed, weight, config.dim), bias);
  return Float32Array.from(norm ? rmsNorm(projected, norm, config.rmsNormEps) : projected);
}

/** x += attention, x += FFN; each through its second norm where there is one. */
function attentionAndFfn(
  context: ReferenceContext, layer: number, weights: LayerWeights, x: Float64Array, q: Float32Array, traffic: Traffic,
): void {
  const { config } = context;
  const { dim, ffnDim, numHeads, headDim } = config;
  const numTokens = x.length / dim;
  const rope = ropeOf(config, layer);
  const postNormed = (y: Float64Array, norm: Float32Array | undefined) => (norm ? rmsNorm(y, norm, config.rmsNormEps) : y);
  for (let token = 0; token < numTokens; token++) {
    rotate(q.subarray(token * numHeads * headDim, (token + 1) * numHeads * headDim), context.length + token, rope);
  }
  const { out, numBytes } = attendLayer(context, layer, q, numTokens);
  addInPlace(x, postNormed(matmul(Float64Array.from(out), weights.attnOutput, numHeads * headDim), weights.postAttnNorm));
  const normed = rmsNorm(x, weights.ffnNorm, config.rmsNormEps);
  const hidden = gated(matmul(normed, weights.ffnGate, dim), matmul(normed, weights.ffnUp, dim), config.activation === 'gelu' ? gelu : silu);
  addInPlace(x, postNormed(matmul(hidden, weights.ffnDown, ffnDim), weights.postFfnNorm));
  traffic.keyValueBytes += numBytes;
  traffic.weightBytes += weights.attnV.byteLength + weights.attnOutput.byteLength + 3 * weights.ffnUp.byteLength;
}

function storeKeys(context: ReferenceContext, layer: number, keys: Float32Array): void {
  const { keys: rows, rotatedKeys } = context.layers[layer];
  const rowSize = context.config.numKvHeads * context.config.headDim;
  const rope = ropeOf(context.config, layer);
  rows.set(keys, rowStart(context));
  for (let start = 0; start < keys.length; start += rowSize) rotate(keys.subarray(start, start + rowSize), context.length + start / rowSize, rope);
  rotatedKeys.set(keys, rowStart(context));
}

function copyQueries(context: ReferenceContext, q: Float32Array, layer: number, wanted: NonNullable<Want['queries']>, out: Float32Array): void {
  const { numHeads, headDim } = context.config;
  wanted.forEach((head, i) => {
    if (head.layer !== layer) return;
    for (let token = 0; token * numHeads * headDim < q.length; token++) {
      const from = (token * numHeads + head.head) * headDim;
      out.set(q.subarray(from, from + headDim), (token * wanted.length + i) * headDim);
    }
  });
}

function rowStart(context: ReferenceContext): number {
  return context.numRows * context.config.numKvHeads * context.config.headDim;
}
