// Hugging Face's names of BERT's tensors as GGUF's.
const OUTSIDE_LAYERS: Readonly<Record<string, string>> = {
  'embeddings.word_embeddings.weight': 'token_embd.weight',
  'embeddings.position_embeddings.weight': 'position_embd.weight',
  'embeddings.token_type_embeddings.weight': 'token_types.weight',
  'embeddings.LayerNorm.weight': 'token_embd_norm.weight',
  'embeddings.LayerNorm.bias': 'token_embd_norm.bias',
};

const IN_LAYER: Readonly<Record<string, string>> = {
  'attention.self.query': 'attn_q',
  'attention.self.key': 'attn_k',
  'attention.self.value': 'attn_v',
  'attention.output.dense': 'attn_output',
  'attention.output.LayerNorm': 'attn_output_norm',
  'intermediate.dense': 'ffn_up',
  'output.dense': 'ffn_down',
  'output.LayerNorm': 'layer_output_norm',
};

/** Undefined for a name that the encoder does not have. */
export function bertTensorName(name: string): string | undefined {
  const own = name.replace(/^bert\./, '');
  if (Object.hasOwn(OUTSIDE_LAYERS, own)) return OUTSIDE_LAYERS[own];
  const [, layer, rest, kind] = /^encoder\.layer\.(\d{1,4})\.(.+)\.(weight|bias)$/.exec(own) ?? [];
  return rest !== undefined && Object.hasOwn(IN_LAYER, rest) ? `blk.${Number(layer)}.${IN_LAYER[rest]}.${kind}` : undefined;
}

/** Indexes that old programs saved, and the classifier of the first token, which the mean over tokens does not use. */
export const isUnused = (name: string): boolean => /^(bert\.)?(embeddings\.position_ids|pooler\.dense\.(weight|bias))$/.test(name);
