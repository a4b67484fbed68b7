// The specification of a BERT sentence encoder: plain loops, float64 sums. The native engine is tested against it.
import type { BertFile } from '../bert/open-bert-file.ts';
import { ServiceError } from '@lectern/shared';
import type { OpenEmbedderOptions } from '../embedder/contract.ts';
import type { Encoder } from '../embedder/open-embedder.ts';
import { readTensor } from '../gguf/index.ts';
import { attendAll, geluErf, layerNorm } from './encoder-math.ts';
import { addBias, addInPlace, matmul } from './math.ts';

interface Pair { weight: Float32Array; bias: Float32Array }

const IN_LAYER = ['attn_q', 'attn_k', 'attn_v', 'attn_output', 'attn_output_norm', 'ffn_up', 'ffn_down', 'layer_output_norm'] as const;
type Layer = Record<(typeof IN_LAYER)[number], Pair>;

interface Weights {
  tokens: Float32Array; // (vocabSize, dim)
  positions: Float32Array; // (maxTokens, dim)
  types: Float32Array; // (numTypes, dim)
  embeddingNorm: Pair;
  layers: Layer[];
}

/** numThreads is of no use here: all loops run on the calling thread. */
export async function createReferenceEncoder(file: BertFile, _options: OpenEmbedderOptions): Promise<Encoder> {
  const weights = await readWeights(file);
  return {
    device: 'float64 loops',
    encode: (texts, control) => texts.map((tokens) => {
      if (control !== undefined && Atomics.load(control, 0) !== 0) throw new ServiceError('JOB_CANCELLED', 'embedding was cancelled');
      return encodeText(file, weights, tokens);
    }),
    close() {},
  };
}

async function readWeights(file: BertFile): Promise<Weights> {
  const read = (name: string): Promise<Float32Array> => readTensor(file, name);
  const pair = async (name: string): Promise<Pair> => ({ weight: await read(`${name}.weight`), bias: await read(`${name}.bias`) });
  const layers: Layer[] = [];
  for (let layer = 0; layer < file.config.numLayers; layer++) {
    const entries = await Promise.all(IN_LAYER.map(async (name) => [name, await pair(`blk.${layer}.${name}`)] as const));
    layers.push(Object.fromEntries(entries) as Layer);
  }
  return {
    tokens: await read('token_embd.weight'), positions: await read('position_embd.weight'), types: await read('token_types.weight'),
    embeddingNorm: await pair('token_embd_norm'), layers,
  };
}

function encodeText({ config }: BertFile, weights: Weights, tokens: Int32Array): Float32Array {
  const { dim, numHeads, ffnDim, layerNormEps } = config;
  const embedded = new Float64Array(tokens.length * dim); // (numTokens, dim)
  tokens.forEach((token, t) => {
    for (let i = 0; i < dim; i++) embedded[t * dim + i] = weights.tokens[token * dim + i] + weights.positions[t * dim + i] + weights.types[i];
  });
  let x = layerNorm(embedded, weights.embeddingNorm, layerNormEps);
  const linear = (input: Float64Array, { weight, bias }: Pair, numInputs: number): Float64Array => addBias(matmul(input, weight, numInputs), bias);
  for (const layer of weights.layers) {
    const [q, k, v] = [layer.attn_q, layer.attn_k, layer.attn_v].map((projection) => linear(x, projection, dim));
    const attended = new Float64Array(x.length); // (numTokens, dim)
    for (let head = 0; head < numHeads; head++) attendAll(q!, k!, v!, dim, head, dim / numHeads, attended);
    addInPlace(x, linear(attended, layer.attn_output, dim));
    x = layerNorm(x, layer.attn_output_norm, layerNormEps);
    addInPlace(x, linear(linear(x, layer.ffn_up, dim).map(geluErf), layer.ffn_down, ffnDim));
    x = layerNorm(x, layer.layer_output_norm, layerNormEps);
  }
  return unitMean(x, dim);
}

/** The mean of the rows, divided by its length. */
function unitMean(x: Float64Array, dim: number): Float32Array {
  const sums = new Float64Array(dim);
  x.forEach((value, i) => { sums[i % dim] += value; });
  const length = Math.sqrt(sums.reduce((sum, value) => sum + value * value, 0));
  return Float32Array.from(sums, (value) => value / length);
}
