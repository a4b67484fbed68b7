// A whole reader on a tiny random llama whose tokens are bytes: the real code paths, in milliseconds, with answers that mean nothing.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createChatTemplate, createTokenizer, loadTransformer, openModelFile } from '@lectern/model';
import { createFsBlobStore } from '@lectern/shared';
import { resolveAttention } from '@lectern/sparse-attn';
import { build, value, type FileSpec } from '../../model/test/gguf/gguf-builder.ts';
import { normals } from '../../model/test/tiny-model.ts';
import type { ReaderContext } from '../src/contract.ts';

const DIM = 32;
const HEADS = 2;
const KV_HEADS = 1;
const HEAD_DIM = 16;
const FFN = 48;
const LAYERS = 3;
const TEMPLATE = "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

export interface TinyReader {
  ctx: ReaderContext;
  folder: string;
  remove(): void;
}

/** base: without a chat template. */
export async function tinyReader({ base = false } = {}): Promise<TinyReader> {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-reader-'));
  const path = join(folder, 'tiny.gguf');
  writeFileSync(path, modelBytes(base));
  const file = await openModelFile(path);
  const ctx: ReaderContext = {
    blobs: createFsBlobStore(join(folder, 'blobs')),
    tenant: 'tests',
    model: {
      id: 'tiny', file, tokenizer: createTokenizer(file), chat: createChatTemplate(file),
      transformer: await loadTransformer(file, { numThreads: 1, engines: ['reference'] }),
      attention: await resolveAttention(['reference']),
      retrieval: { heads: [{ layer: 1, head: 1, weight: 1 }, { layer: 0, head: 0, weight: 0.5 }], queryPosition: 300, floor: 1e-3 },
    },
  };
  return { ctx, folder, remove: () => rmSync(folder, { recursive: true }) };
}

function modelBytes(base: boolean): Buffer {
  const vocabulary = [...byteAlphabet(), '<|im_start|>', '<|im_end|>'];
  const shapes: Array<[string, number[]]> = [['token_embd', [DIM, vocabulary.length]], ['output_norm', [DIM]]];
  for (let layer = 0; layer < LAYERS; layer++) {
    const kv = KV_HEADS * HEAD_DIM;
    const sizes: Array<[string, number[]]> = [
      ['attn_norm', [DIM]], ['attn_q', [DIM, DIM]], ['attn_k', [DIM, kv]], ['attn_v', [DIM, kv]], ['attn_output', [DIM, DIM]],
      ['ffn_norm', [DIM]], ['ffn_gate', [DIM, FFN]], ['ffn_up', [DIM, FFN]], ['ffn_down', [FFN, DIM]],
    ];
    for (const [name, dims] of sizes) shapes.push([`blk.${layer}.${name}`, dims]);
  }
  let offset = 0;
  const tensors = shapes.map(([name, dims]) => {
    const tensor = { name: `${name}.weight`, dims, type: 0, offset };
    offset += Math.ceil(dims.reduce((product, size) => product * size, 4) / 32) * 32;
    return tensor;
  });
  const control = vocabulary.length - 2;
  const spec: FileSpec = {
    magic: 'GGUF', version: 3, tensors, numDataBytes: offset,
    metadata: [
      ['general.architecture', value.string('llama')], ['general.name', value.string('tiny')],
      ['llama.block_count', value.u32(LAYERS)], ['llama.context_length', value.u32(2048)],
      ['llama.embedding_length', value.u32(DIM)], ['llama.feed_forward_length', value.u32(FFN)],
      ['llama.attention.head_count', value.u32(HEADS)], ['llama.attention.head_count_kv', value.u32(KV_HEADS)],
      ['llama.attention.layer_norm_rms_epsilon', value.f32(1e-5)], ['llama.rope.freq_base', value.f32(10_000)],
      ['tokenizer.ggml.model', value.string('gpt2')], ['tokenizer.ggml.pre', value.string('smollm')],
      ['tokenizer.ggml.tokens', value.strings(vocabulary)], ['tokenizer.ggml.token_type', value.i32s(vocabulary.map((_, i) => (i >= control ? 3 : 1)))],
      ['tokenizer.ggml.merges', value.strings([])], ['tokenizer.ggml.eos_token_id', value.u32(control + 1)],
      ...(base ? [] : [['tokenizer.chat_template', value.string(TEMPLATE)] as FileSpec['metadata'][number]]),
    ],
  };
  const bytes = build(spec);
  const data = bytes.subarray(bytes.length - spec.numDataBytes);
  for (const [i, { name, dims, offset: at }] of spec.tensors.entries()) {
    const next = normals(100 + i);
    const isNorm = name.includes('norm');
    const deviation = isNorm ? 0.2 : name.startsWith('token_embd') ? 1 : 1.5 / Math.sqrt(Number(dims[0]));
    const numElements = dims.reduce<number>((product, size) => product * Number(size), 1);
    for (let e = 0; e < numElements; e++) data.writeFloatLE((isNorm ? 1 : 0) + deviation * next(), Number(at) + 4 * e);
  }
  return bytes;
}

/** The characters that stand for bytes in a byte-level vocabulary. */
function byteAlphabet(): string[] {
  const printable = (b: number): boolean => (b >= 0x21 && b <= 0x7e) || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
  let next = 256;
  return Array.from({ length: 256 }, (_, b) => String.fromCodePoint(printable(b) ? b : next++));
}
