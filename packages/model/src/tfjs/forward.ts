// One forward pass of one sequence. Nothing of the context changes until the caller commits.
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { lookAtControl } from '../common/checks.ts';
import { logProbsOf } from '../common/log-probs.ts';
import type { ForwardResult, TransformerConfig, Want } from '../contract.ts';
import { ropeOf } from '../rope-of.ts';
import { attendLayer, type Masks } from './attention.ts';
import type { TfjsContext } from './context.ts';
import { outputLogits } from './logits.ts';
import { gelu, rmsNorm, silu } from './math.ts';
import { disposePage, headPages, type Page, pageRanges } from './pages.ts';
import { ropeTable, type RopeTable, rotateRows } from './rope.ts';
import type { LayerWeights, Weights } from './weights.ts';

export interface Traffic {
  keyValueBytes: number;
  weightBytes: number;
}

export interface FinishedPass {
  result: ForwardResult;
  commit(): void;
  discard(): void;
}

/** What the layers of a pass share. */
interface Pass {
  weights: Weights;
  context: TfjsContext;
  want: Want;
  added: Page[]; // pages of the new tokens
  tables: Map<string, RopeTable>;
  masks: Masks;
  queries: Float32Array | undefined; // (numTokens, want.queries.length, headDim)
  traffic: Traffic;
}

/** `progress` maps the share of this pass to that of the call, in permille. */
export function runPass(
  weights: Weights, context: TfjsContext, tokens: Int32Array, want: Want, traffic: Traffic, progress: (share: number) => number,
): FinishedPass {
  const { tf, config } = context;
  const numTokens = tokens.length;
  const isFirst = context.selection() === undefined;
  const added = pageRanges(numTokens).map(({ from, to }): Page => ({
    firstPosition: context.length + from, numRows: to - from, firstOwn: context.numTokens + from, layers: [],
  }));
  const queries = want.queries && new Float32Array(numTokens * want.queries.length * config.headDim);
  const pass: Pass = { weights, context, want, added, tables: new Map(), masks: new Map(), queries, traffic };
  const stopLayer = want.untilLayer ?? config.numLayers;
  const discard = () => {
    for (const page of added) disposePage(page);
    if (isFirst) context.sparse?.forget();
  };
  try {
    const { lastLogProbs } = want;
    const first = want.logits === 'last' ? numTokens - 1 : lastLogProbs ? numTokens - 1 - lastLogProbs : 0;
    const logits = tf.tidy(() => {
      let x: Tensor2D = tf.tensor2d(weights.embedding.rows(tokens), [numTokens, config.dim]); // the residual stream
      for (let layer = 0; layer < Math.min(stopLayer + 1, config.numLayers); layer++) {
        lookAtControl(want.control, progress(layer / config.numLayers));
        const next = tf.tidy(() => runLayer(pass, layer, x, layer === stopLayer));
        x.dispose();
        x = next;
      }
      const numBytes = 4 * weights.output.size;
      if (!want.logits && !lastLogProbs) return undefined;
      traffic.weightBytes += numBytes;
      return outputLogits(tf, weights, config, x, first, lastLogProbs ? numTokens - 1 : numTokens);
    });
    lookAtControl(want.control, progress(1));
    return { result: { ...(logits ? (lastLogProbs ? { logProbs: logProbsOf(logits, tokens.subarray(first + 1)) } : { logits }) : {}), ...(queries ? { queries } : {}) }, commit: () => context.commit(added, numTokens, stopLayer), discard };
  } catch (error) {
    discard();
    throw error;
  } finally {
    for (const { cos, sin } of pass.tables.values()) tf.dispose([cos, sin]);
    for (const mask of pass.masks.values()) mask.dispose();
  }
}

/** The residual stream after the layer; of the layer where a pass stops only queries and keys are computed. */
function runLayer(pass: Pass, layer: number, x: Tensor2D, stops: boolean): Tensor2D {
  const { context, traffic, added } = pass;
  const { tf, config } = context;
  const { rmsNormEps, numHeads, numKvHeads, headDim } = config;
  const weights = pass.weights.layers[layer];
  const turn = pass.weights.turn;
  const [numTokens] = x.shape;
  const table = tableOf(pass, layer, numTokens);
  const normed = rmsNorm(tf, x, weights.attnNorm, rmsNormEps);
  const project = (weight: Tensor2D, bias: Tensor1D | undefined, norm: Tensor1D | undefined, heads: number): Tensor3D => {
    const products: Tensor2D = tf.matMul(normed, weight);
    const biased: Tensor2D = bias ? tf.add(products, bias) : products;
    const normedHeads = norm ? rmsNorm(tf, tf.reshape(biased, [numTokens * heads, headDim]), norm, rmsNormEps) : biased;
    return tf.reshape(normedHeads, [numTokens, heads, headDim]);
  };
  const q = project(weights.attnQ, weights.attnQBias, weights.attnQNorm, numHeads);
  copyQueries(pass, layer, q);
  const k = rotateRows(tf, project(weights.attnK, weights.attnKBias, weights.attnKNorm, numKvHeads), table, turn);
  const v = stops ? undefined : tf.transpose(project(weights.attnV, weights.attnVBias, undefined, numKvHeads), [1, 0, 2]);
  const keys = tf.transpose(k, [1, 2, 0]); // (numKvHeads, headDim, numTokens)
  const first = added[0].firstPosition;
  for (const page of added) page.layers.push(headPages(tf, keys, v, page.firstPosition - first, page.firstPosition - first + page.numRows));
  traffic.weightBytes += 4 * (weights.attnQ.size + weights.attnK.size);
  if (stops) return x.clone();

  const attended = attendLayer(context, layer, rotateRows(tf, q, table, turn), added, pass.masks, traffic);
  const afterAttention: Tensor2D = tf.add(x, postNormed(pass, tf.matMul(attended, weights.attnOutput), weights.postAttnNorm));
  const hidden = feedForward(pass, weights, rmsNorm(tf, afterAttention, weights.ffnNorm, rmsNormEps));
  traffic.weightBytes += 4 * (weights.attnV.size + weights.attnOutput.size + 3 * weights.ffnUp.size);
  return tf.add(afterAttention, postNormed(pass, hidden, weights.postFfnNorm));
}

function feedForward({ context: { tf, config } }: Pass, { ffnGate, ffnUp, ffnDown }: LayerWeights, normed: Tensor2D): Tensor2D {
  const gate: Tensor2D = tf.matMul(normed, ffnGate);
  const activated = config.activation === 'gelu' ? gelu(tf, gate) : silu(tf, gate);
  return tf.matMul(tf.mul(activated, tf.matMul(normed, ffnUp)) as Tensor2D, ffnDown);
}

function postNormed({ context: { tf, config } }: Pass, x: Tensor2D, norm: Tensor1D | undefined): Tensor2D {
  return norm ? rmsNorm(tf, x, norm, config.rmsNormEps) : x;
}

/** Full and sliding layers have one table each. */
function tableOf({ context, tables }: Pass, layer: number, numTokens: number): RopeTable {
  const { tf, config } = context;
  const kind = config.slidingWindow?.layers[layer] ? 'sliding' : 'full';
  let table = tables.get(kind);
  if (!table) {
    table = ropeTable(tf, ropeOf(config, layer), context.length, numTokens);
    tf.keep(table.cos);
    tf.keep(table.sin);
    tables.set(kind, table);
  }
  return table;
}

function copyQueries({ context, want, queries }: Pass, layer: number, q: Tensor3D): void {
  const wanted = (want.queries ?? []).map((head, i) => ({ ...head, i })).filter((head) => head.layer === layer);
  if (!queries || wanted.length === 0) return;
  const { numHeads, headDim }: TransformerConfig = context.config;
  const values = q.dataSync<'float32'>(); // (numTokens, numHeads, headDim)
  for (let token = 0; token < q.shape[0]; token++) {
    for (const { head, i } of wanted) {
      const from = (token * numHeads + head) * headDim;
      queries.set(values.subarray(from, from + headDim), (token * want.queries!.length + i) * headDim);
    }
  }
}
