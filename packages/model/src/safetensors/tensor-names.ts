// Hugging Face's tensor names as GGUF's.
import type { TransformerConfig } from '../contract.ts';

const OUTSIDE_LAYERS: Readonly<Record<string, string>> = {
  'model.embed_tokens.weight': 'token_embd.weight',
  'model.norm.weight': 'output_norm.weight',
  'lm_head.weight': 'output.weight',
};

const IN_LAYER: Readonly<Record<string, string>> = {
  'input_layernorm.weight': 'attn_norm.weight',
  'self_attn.q_proj.weight': 'attn_q.weight',
  'self_attn.k_proj.weight': 'attn_k.weight',
  'self_attn.v_proj.weight': 'attn_v.weight',
  'self_attn.q_proj.bias': 'attn_q.bias',
  'self_attn.k_proj.bias': 'attn_k.bias',
  'self_attn.v_proj.bias': 'attn_v.bias',
  'self_attn.q_norm.weight': 'attn_q_norm.weight',
  'self_attn.k_norm.weight': 'attn_k_norm.weight',
  'self_attn.o_proj.weight': 'attn_output.weight',
  'post_attention_layernorm.weight': 'ffn_norm.weight',
  'mlp.gate_proj.weight': 'ffn_gate.weight',
  'mlp.up_proj.weight': 'ffn_up.weight',
  'mlp.down_proj.weight': 'ffn_down.weight',
};

/** One name means another norm in Gemma 3, which has two more. */
const IN_GEMMA_LAYER: Readonly<Record<string, string>> = {
  ...IN_LAYER,
  'post_attention_layernorm.weight': 'post_attention_norm.weight',
  'pre_feedforward_layernorm.weight': 'ffn_norm.weight',
  'post_feedforward_layernorm.weight': 'post_ffw_norm.weight',
};

/** Undefined for a name that the architecture does not have. */
export function ggufName(name: string, architecture: TransformerConfig['architecture']): string | undefined {
  if (Object.hasOwn(OUTSIDE_LAYERS, name)) return OUTSIDE_LAYERS[name];
  const [, layer, rest] = /^model\.layers\.(\d{1,4})\.(.+)$/.exec(name) ?? [];
  const table = architecture === 'gemma3' ? IN_GEMMA_LAYER : IN_LAYER;
  return rest !== undefined && Object.hasOwn(table, rest) ? `blk.${Number(layer)}.${table[rest]}` : undefined;
}

/** Computed from the configuration, saved by old programs. */
export const isDerived = (name: string): boolean => name.endsWith('.rotary_emb.inv_freq');
