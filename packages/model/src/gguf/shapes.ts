// The tensors of a configuration with their shapes, outermost first, and the check that a file has them and no others.
import { invalidFile, unsupportedFile } from './errors.ts';
import { ROPE_FACTORS_TENSOR } from './rope-factors.ts';
import type { TensorInfo, TransformerConfig } from '../contract.ts';

export function checkTensors(path: string, tensors: ReadonlyMap<string, TensorInfo>, shapes: ReadonlyMap<string, number[]>): void {
  for (const [name, shape] of shapes) {
    const tensor = tensors.get(name);
    if (!tensor) throw invalidFile(path, `tensor ${name} is missing`, { tensor: name });
    if (tensor.shape.join() !== shape.join()) {
      throw invalidFile(path, `tensor ${name} has the shape (${tensor.shape.join(', ')}), the metadata asks for (${shape.join(', ')})`, { tensor: name });
    }
  }
  for (const name of tensors.keys()) {
    if (!shapes.has(name)) throw unsupportedFile(path, `it has the tensor ${name}, which this architecture's code would ignore`, { tensor: name });
  }
}

export function shapesOf(config: TransformerConfig, withRopeFactors: boolean): Map<string, number[]> {
  const { dim, headDim, vocabSize } = config;
  const shapes = new Map<string, number[]>([['token_embd.weight', [vocabSize, dim]], ['output_norm.weight', [dim]]]);
  if (!config.tiedEmbeddings) shapes.set('output.weight', [vocabSize, dim]);
  if (withRopeFactors) shapes.set(ROPE_FACTORS_TENSOR, [headDim / 2]);
  const layerShapes = shapesOfLayer(config);
  for (let layer = 0; layer < config.numLayers; layer++) {
    for (const [name, shape] of layerShapes) shapes.set(`blk.${layer}.${name}`, shape);
  }
  return shapes;
}

function shapesOfLayer(config: TransformerConfig): Array<[name: string, shape: number[]]> {
  const { dim, ffnDim, headDim } = config;
  const [qDim, kvDim] = [config.numHeads * headDim, config.numKvHeads * headDim];
  const shapes: Array<[string, number[]]> = [
    ['attn_norm.weight', [dim]], ['attn_q.weight', [qDim, dim]], ['attn_k.weight', [kvDim, dim]], ['attn_v.weight', [kvDim, dim]],
    ['attn_output.weight', [dim, qDim]], ['ffn_norm.weight', [dim]],
    ['ffn_gate.weight', [ffnDim, dim]], ['ffn_up.weight', [ffnDim, dim]], ['ffn_down.weight', [dim, ffnDim]],
  ];
  if (config.qkvBias) shapes.push(['attn_q.bias', [qDim]], ['attn_k.bias', [kvDim]], ['attn_v.bias', [kvDim]]);
  if (config.qkNorm) shapes.push(['attn_q_norm.weight', [headDim]], ['attn_k_norm.weight', [headDim]]);
  if (config.postNorms) shapes.push(['post_attention_norm.weight', [dim]], ['post_ffw_norm.weight', [dim]]);
  return shapes;
}
