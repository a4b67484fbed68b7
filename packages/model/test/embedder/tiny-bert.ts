// Writes a tiny random BERT encoder in Hugging Face's form, with a vocabulary of single letters.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BertConfig } from '../../src/embedder/contract.ts';
import { bertShapes } from '../../src/bert/shapes.ts';
import { writeFile } from '../safetensors/rewrite.ts';

export const TINY: BertConfig = { numLayers: 2, dim: 40, numHeads: 2, ffnDim: 72, vocabSize: 32, maxTokens: 70, numTypes: 2, layerNormEps: 1e-12 };
/** Sizes that products in 8 bits take. */
export const TINY_INT8: BertConfig = { ...TINY, dim: 64, ffnDim: 96, maxTokens: 40 };

const NAMES: ReadonlyArray<[RegExp, string]> = [
  [/^token_embd\./, 'embeddings.word_embeddings.'], [/^position_embd\./, 'embeddings.position_embeddings.'], [/^token_types\./, 'embeddings.token_type_embeddings.'],
  [/^token_embd_norm\./, 'embeddings.LayerNorm.'], [/^blk\.(\d+)\./, 'encoder.layer.$1.'], [/attn_q\./, 'attention.self.query.'], [/attn_k\./, 'attention.self.key.'],
  [/attn_v\./, 'attention.self.value.'], [/attn_output\./, 'attention.output.dense.'], [/attn_output_norm\./, 'attention.output.LayerNorm.'],
  [/ffn_up\./, 'intermediate.dense.'], [/ffn_down\./, 'output.dense.'], [/layer_output_norm\./, 'output.LayerNorm.'],
];
export const huggingFaceName = (name: string): string => NAMES.reduce((text, [from, to]) => text.replace(from, to), name);

export interface TinyBert {
  folder: string;
  config: Record<string, unknown>;
  tokenizer: Record<string, unknown>;
  remove(): void;
}

export function writeTinyBert(sizes: BertConfig = TINY, seed = 7): TinyBert {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-bert-'));
  let state = seed;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  const parts: Buffer[] = [];
  let offset = 0;
  const header: Record<string, unknown> = {};
  for (const [name, shape] of bertShapes(sizes)) {
    const isScale = /norm\.weight$/.test(name);
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => (isScale ? 1 + 0.2 * random() : 0.5 * random()));
    const data = Buffer.from(values.buffer);
    header[huggingFaceName(name)] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.length] };
    parts.push(data);
    offset += data.length;
  }
  writeFile(join(folder, 'model.safetensors'), header, Buffer.concat(parts));
  const config = {
    model_type: 'bert', hidden_act: 'gelu', num_hidden_layers: sizes.numLayers, hidden_size: sizes.dim, num_attention_heads: sizes.numHeads,
    intermediate_size: sizes.ffnDim, vocab_size: sizes.vocabSize, max_position_embeddings: sizes.maxTokens, type_vocab_size: sizes.numTypes, layer_norm_eps: sizes.layerNormEps,
  };
  const vocab = Object.fromEntries(['[PAD]', '[UNK]', '[CLS]', '[SEP]', ...'abcdefghij', ...Array.from('abcdefghij', (letter) => `##${letter}`), 'abc', '##bc'].map((piece, i) => [piece, i]));
  const tokenizer = {
    normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    model: { type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100, vocab },
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  return { folder, config, tokenizer, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
