// The question pass: prefix + question, nothing of the document. Its queries at the retrieval heads, and for each what it attends to
// without a document (Z), are all that a scan needs.
import { ropeOf, softmaxScaleOf, windowOf, type TransformerConfig } from '@lectern/model';
import { rotate } from '@lectern/sparse-attn';
import { ServiceError } from '@lectern/shared';
import type { ReaderModel } from '../contract.ts';
import { frameOf, prefixContext } from '../frame.ts';
import { indexHeads, kvHeadOf, lastIndexLayer, sameHead } from '../heads.ts';

export interface HeadQueries {
  kvIndex: number; // into the reading's stored heads
  weight: number;
  q: Float32Array; // (numVoting, headDim), rotated to the retrieval position
  z: Float32Array; // (numVoting): log-sum-exp over prefix and question, causal, at true positions
}

export interface QuestionPass {
  numVoting: number;
  softmaxScale: number;
  heads: HeadQueries[];
}

/** Questions may take a quarter of the window: the rest is for what is read and the answer. */
export function questionIds(model: ReaderModel, question: string): Int32Array {
  const { ids } = model.tokenizer.encode(question);
  const limit = Math.floor(model.transformer.config.contextLength / 4);
  if (ids.length > limit) {
    throw new ServiceError('QUESTION_TOO_LONG', `the question has ${ids.length} tokens; the limit with this model is ${limit}`, {
      details: { actual: ids.length, limit },
    });
  }
  return ids;
}

export async function questionPass(model: ReaderModel, question: string): Promise<QuestionPass> {
  const { transformer, retrieval, tokenizer } = model;
  const { config } = transformer;
  const asked = questionIds(model, question);
  const voting = votingTokens(asked, (id) => tokenizer.decode([id]));
  const { prefixIds, tailIds } = frameOf(model);
  const tokens = Int32Array.of(...asked, ...tailIds);
  const numPrefix = prefixIds.length;
  const stored = indexHeads(model);
  const context = transformer.context([{ kind: 'prefix', context: await prefixContext(model) }], numPrefix + tokens.length);
  try {
    const [{ queries }] = await transformer.forward([{ context, tokens }], { queries: retrieval.heads, untilLayer: lastIndexLayer(stored) });
    const all = queries as Float32Array; // (numTokens, numHeads, headDim)
    const { keys } = transformer.takeBlocks(context, 0, numPrefix + tokens.length, stored, false);
    const numKeys = numPrefix + tokens.length;
    const heads = retrieval.heads.map((head, h): HeadQueries => {
      const kvIndex = stored.findIndex((other) => sameHead(other, kvHeadOf(config, head)));
      const raw = new Float32Array(voting.length * config.headDim);
      voting.forEach((token, i) => {
        const at = (token * retrieval.heads.length + h) * config.headDim;
        raw.set(all.subarray(at, at + config.headDim), i * config.headDim);
      });
      const own = keys.slice(kvIndex * numKeys * config.headDim, (kvIndex + 1) * numKeys * config.headDim);
      const z = withoutDocument(raw, own, voting.map((token) => numPrefix + token), config, head.layer);
      const q = raw;
      rotate(q, retrieval.queryPosition, ropeOf(config, head.layer));
      return { kvIndex, weight: head.weight, q, z };
    });
    return { numVoting: voting.length, softmaxScale: softmaxScaleOf(config), heads };
  } finally {
    context.dispose();
  }
}

/** Tokens that carry letters or digits. A question without any lets every token vote. */
export function votingTokens(ids: Int32Array, decode: (id: number) => string): number[] {
  const all = Array.from(ids, (_, i) => i);
  const words = all.filter((i) => /[\p{L}\p{N}]/u.test(decode(ids[i])));
  return words.length > 0 ? words : all;
}

/** Z of each query: keys and queries at their own positions, keys up to the query's (in a sliding layer, in its window). Rotates copies. */
function withoutDocument(
  queries: Float32Array, // (positions.length, headDim)
  keys: Float32Array, // (numKeys, headDim); rotated in place
  positions: readonly number[],
  config: TransformerConfig,
  layer: number,
): Float32Array {
  const { headDim } = config;
  const rope = ropeOf(config, layer);
  const window = windowOf(config, layer) ?? Number.POSITIVE_INFINITY;
  const numKeys = keys.length / headDim;
  for (let k = 0; k < numKeys; k++) rotate(keys.subarray(k * headDim, (k + 1) * headDim), k, rope);
  const scale = softmaxScaleOf(config);
  return Float32Array.from(positions, (position, i) => {
    const q = queries.slice(i * headDim, (i + 1) * headDim);
    rotate(q, position, rope);
    let max = Number.NEGATIVE_INFINITY;
    let sum = 0;
    for (let k = Math.max(0, position - window + 1); k <= position; k++) {
      let dot = 0;
      for (let d = 0; d < headDim; d++) dot += q[d] * keys[k * headDim + d];
      const score = dot * scale;
      if (score > max) {
        sum = sum * Math.exp(max - score) + 1;
        max = score;
      } else {
        sum += Math.exp(score - max);
      }
    }
    return max + Math.log(sum);
  });
}
