// All weights of a model file as float32, once per file and process: transformers of the same file share them.
import { readTensor } from '../gguf/index.ts';
import type { ModelFile } from '../contract.ts';

export interface LayerWeights {
  attnNorm: Float32Array; // (dim)
  attnQ: Float32Array; // (numHeads * headDim, dim)
  attnK: Float32Array; // (numKvHeads * headDim, dim)
  attnV: Float32Array; // (numKvHeads * headDim, dim)
  attnOutput: Float32Array; // (dim, numHeads * headDim)
  ffnNorm: Float32Array; // (dim)
  ffnGate: Float32Array; // (ffnDim, dim)
  ffnUp: Float32Array; // (ffnDim, dim)
  ffnDown: Float32Array; // (dim, ffnDim)
  // Where the configuration says so:
  attnQBias?: Float32Array; // (numHeads * headDim)
  attnKBias?: Float32Array; // (numKvHeads * headDim)
  attnVBias?: Float32Array; // (numKvHeads * headDim)
  attnQNorm?: Float32Array; // (headDim)
  attnKNorm?: Float32Array; // (headDim)
  postAttnNorm?: Float32Array; // (dim)
  postFfnNorm?: Float32Array; // (dim)
}

export interface Weights {
  tokenEmbd: Float32Array; // (vocabSize, dim)
  layers: LayerWeights[];
  outputNorm: Float32Array; // (dim)
  output: Float32Array; // (vocabSize, dim); tokenEmbd itself where the file ties them
}

const loaded = new Map<string, { weights: Promise<Weights>; numUsers: number }>(); // by path

/** Every call must be followed by one releaseWeights. */
export async function acquireWeights(file: ModelFile): Promise<Weights> {
  let entry = loaded.get(file.path);
  if (!entry) {
    entry = { weights: readWeights(file), numUsers: 0 };
    loaded.set(file.path, entry);
  }
  entry.numUsers++;
  try {
    return await entry.weights;
  } catch (error) {
    releaseWeights(file);
    throw error;
  }
}

export function releaseWeights(file: ModelFile): void {
  const entry = loaded.get(file.path);
  if (entry && --entry.numUsers === 0) loaded.delete(file.path);
}

async function readWeights(file: ModelFile): Promise<Weights> {
  const tokenEmbd = await readTensor(file, 'token_embd.weight');
  const layers: LayerWeights[] = [];
  const { qkvBias, qkNorm, postNorms } = file.config;
  for (let layer = 0; layer < file.config.numLayers; layer++) {
    const read = (name: string, kind: 'weight' | 'bias' = 'weight') => readTensor(file, `blk.${layer}.${name}.${kind}`);
    layers.push({
      attnNorm: await read('attn_norm'),
      attnQ: await read('attn_q'),
      attnK: await read('attn_k'),
      attnV: await read('attn_v'),
      attnOutput: await read('attn_output'),
      ffnNorm: await read('ffn_norm'),
      ffnGate: await read('ffn_gate'),
      ffnUp: await read('ffn_up'),
      ffnDown: await read('ffn_down'),
      ...(qkvBias && { attnQBias: await read('attn_q', 'bias'), attnKBias: await read('attn_k', 'bias'), attnVBias: await read('attn_v', 'bias') }),
      ...(qkNorm && { attnQNorm: await read('attn_q_norm'), attnKNorm: await read('attn_k_norm') }),
      ...(postNorms && { postAttnNorm: await read('post_attention_norm'), postFfnNorm: await read('post_ffw_norm') }),
    });
  }
  const outputNorm = await readTensor(file, 'output_norm.weight');
  const output = file.config.tiedEmbeddings ? tokenEmbd : await readTensor(file, 'output.weight');
  return { tokenEmbd, layers, outputNorm, output };
}
