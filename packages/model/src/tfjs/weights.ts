// All weights of a model file as float32 tensors, once per file and thread (tensors cannot be shared by threads).
import { ServiceError } from '@lectern/shared';
import type { TfjsBackend, Tf } from '@lectern/sparse-attn/tfjs';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { readTensor } from '../gguf/index.ts';
import type { ModelFile } from '../contract.ts';
import { createEmbedding, type Embedding } from './embedding.ts';
import { turnMatrix } from './rope.ts';

/** Matrices are transposed against the file: (numInputs, numOutputs). */
export interface LayerWeights {
  attnNorm: Tensor1D; // (dim)
  attnQ: Tensor2D; // (dim, numHeads * headDim)
  attnK: Tensor2D; // (dim, numKvHeads * headDim)
  attnV: Tensor2D; // (dim, numKvHeads * headDim)
  attnOutput: Tensor2D; // (numHeads * headDim, dim)
  ffnNorm: Tensor1D; // (dim)
  ffnGate: Tensor2D; // (dim, ffnDim)
  ffnUp: Tensor2D; // (dim, ffnDim)
  ffnDown: Tensor2D; // (ffnDim, dim)
  // Where the configuration says so:
  attnQBias?: Tensor1D; // (numHeads * headDim)
  attnKBias?: Tensor1D; // (numKvHeads * headDim)
  attnVBias?: Tensor1D; // (numKvHeads * headDim)
  attnQNorm?: Tensor1D; // (headDim)
  attnKNorm?: Tensor1D; // (headDim)
  postAttnNorm?: Tensor1D; // (dim)
  postFfnNorm?: Tensor1D; // (dim)
}

export interface Weights {
  embedding: Embedding;
  layers: LayerWeights[];
  outputNorm: Tensor1D; // (dim)
  /** As in the file: WASM would keep a second, packed copy of a transposed one. */
  output: Tensor2D; // (vocabSize, dim)
  /** RoPE's quarter turn of each pair. */
  turn: Tensor2D; // (headDim, headDim)
}

/** WASM addresses 4 GiB; the rest is for activations, keys and values. */
const MAX_WASM_WEIGHT_BYTES = 3.25 * 2 ** 30;

const loaded = new Map<string, { weights: Promise<Weights>; numUsers: number }>(); // by path

/** Every call must be followed by one releaseWeights. */
export async function acquireWeights(backend: TfjsBackend, file: ModelFile): Promise<Weights> {
  let entry = loaded.get(file.path);
  if (!entry) {
    entry = { weights: readWeights(backend, file), numUsers: 0 };
    loaded.set(file.path, entry);
  }
  entry.numUsers++;
  try {
    return await entry.weights;
  } catch (error) {
    if (--entry.numUsers === 0) loaded.delete(file.path);
    throw error;
  }
}

export function releaseWeights(file: ModelFile, weights: Weights): void {
  const entry = loaded.get(file.path);
  if (!entry || --entry.numUsers > 0) return;
  loaded.delete(file.path);
  for (const tensor of tensorsOf(weights)) tensor.dispose();
}

function tensorsOf({ layers, outputNorm, output, turn }: Weights): Array<Tensor1D | Tensor2D> {
  return [...layers.flatMap((layer) => Object.values(layer) as Array<Tensor1D | Tensor2D>), outputNorm, output, turn];
}

async function readWeights({ tf, backend }: TfjsBackend, file: ModelFile): Promise<Weights> {
  if (backend === 'wasm') checkFits(file);
  const { config } = file;
  const layers: LayerWeights[] = [];
  const made: Array<Tensor1D | Tensor2D> = [];
  const keep = <T extends Tensor1D | Tensor2D>(tensor: T): T => {
    made.push(tensor);
    return tensor;
  };
  const vector = async (name: string) => keep(tf.tensor1d(await readTensor(file, name)));
  const matrix = async (name: string) => keep(transposed(tf, await readTensor(file, name), file.tensors.get(name)!.shape));
  try {
    for (let layer = 0; layer < config.numLayers; layer++) {
      const { qkvBias, qkNorm, postNorms } = config;
      const at = `blk.${layer}.`;
      layers.push({
        attnNorm: await vector(`${at}attn_norm.weight`),
        attnQ: await matrix(`${at}attn_q.weight`),
        attnK: await matrix(`${at}attn_k.weight`),
        attnV: await matrix(`${at}attn_v.weight`),
        attnOutput: await matrix(`${at}attn_output.weight`),
        ffnNorm: await vector(`${at}ffn_norm.weight`),
        ffnGate: await matrix(`${at}ffn_gate.weight`),
        ffnUp: await matrix(`${at}ffn_up.weight`),
        ffnDown: await matrix(`${at}ffn_down.weight`),
        ...(qkvBias && { attnQBias: await vector(`${at}attn_q.bias`), attnKBias: await vector(`${at}attn_k.bias`), attnVBias: await vector(`${at}attn_v.bias`) }),
        ...(qkNorm && { attnQNorm: await vector(`${at}attn_q_norm.weight`), attnKNorm: await vector(`${at}attn_k_norm.weight`) }),
        ...(postNorms && { postAttnNorm: await vector(`${at}post_attention_norm.weight`), postFfnNorm: await vector(`${at}post_ffw_norm.weight`) }),
      });
    }
    const outputValues = await readTensor(file, config.tiedEmbeddings ? 'token_embd.weight' : 'output.weight');
    return {
      embedding: await createEmbedding(file), layers,
      outputNorm: await vector('output_norm.weight'),
      output: keep(tf.tensor2d(outputValues, [config.vocabSize, config.dim])),
      turn: keep(turnMatrix(tf, config)),
    };
  } catch (error) {
    for (const tensor of made) tensor.dispose();
    throw error;
  }
}

function transposed(tf: Tf, values: Float32Array, [numOutputs, numInputs]: number[]): Tensor2D {
  return tf.tidy(() => tf.transpose(tf.tensor2d(values, [numOutputs, numInputs])));
}

/** XNNPACK keeps a packed copy of each matrix beside the tensor. */
function checkFits({ path, tensors, config }: ModelFile): void {
  let numBytes = 4 * config.vocabSize * config.dim;
  for (const { name, shape } of tensors.values()) {
    if (name.startsWith('blk.')) numBytes += 8 * shape.reduce((product, size) => product * size, 1);
  }
  if (numBytes > MAX_WASM_WEIGHT_BYTES) {
    throw new ServiceError('ENGINE_UNAVAILABLE', `the weights of ${path} take ${numBytes} bytes in WASM, the limit is ${MAX_WASM_WEIGHT_BYTES}; TFJS_BACKEND=tensorflow has none`);
  }
}
