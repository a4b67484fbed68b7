// The tensors of a BERT encoder and their shapes.
import type { BertConfig } from '../embedder/contract.ts';

/** Outermost dimension first. */
export function bertShapes({ numLayers, dim, ffnDim, vocabSize, maxTokens, numTypes }: BertConfig): Map<string, number[]> {
  const shapes = new Map<string, number[]>([
    ['token_embd.weight', [vocabSize, dim]],
    ['position_embd.weight', [maxTokens, dim]],
    ['token_types.weight', [numTypes, dim]],
  ]);
  const norm = (name: string): void => {
    for (const kind of ['weight', 'bias']) shapes.set(`${name}.${kind}`, [dim]);
  };
  const linear = (name: string, numOutputs: number, numInputs: number): void => {
    shapes.set(`${name}.weight`, [numOutputs, numInputs]).set(`${name}.bias`, [numOutputs]);
  };
  norm('token_embd_norm');
  for (let layer = 0; layer < numLayers; layer++) {
    const block = `blk.${layer}`;
    for (const name of ['attn_q', 'attn_k', 'attn_v', 'attn_output']) linear(`${block}.${name}`, dim, dim);
    linear(`${block}.ffn_up`, ffnDim, dim);
    linear(`${block}.ffn_down`, dim, ffnDim);
    norm(`${block}.attn_output_norm`);
    norm(`${block}.layer_output_norm`);
  }
  return shapes;
}
