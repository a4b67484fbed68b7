// Builds GGUF files in memory, good ones and ones no converter would write, and keeps them in a folder that the test removes.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
export const u64 = (value: number | bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
const f32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
};
export const text = (value: string | Buffer): Buffer => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);

/** Already typed bytes of one metadata value: type number, then the value. */
export const value = {
  u32: (number: number) => Buffer.concat([u32(4), u32(number)]),
  f32: (number: number) => Buffer.concat([u32(6), f32(number)]),
  bool: (flag: boolean) => Buffer.concat([u32(7), Buffer.from([flag ? 1 : 0])]),
  string: (string: string | Buffer) => Buffer.concat([u32(8), text(string)]),
  strings: (strings: string[]) => Buffer.concat([u32(9), u32(8), u64(strings.length), ...strings.map(text)]),
  i32s: (numbers: number[]) => Buffer.concat([u32(9), u32(5), u64(numbers.length), ...numbers.map((number) => u32(number >>> 0))]),
  raw: (...parts: Buffer[]) => Buffer.concat(parts),
};

export interface TensorSpec {
  name: string;
  /** Innermost first, as in the file. */
  dims: Array<number | bigint>;
  type: number;
  offset: number | bigint;
}

export interface FileSpec {
  magic: string;
  version: number;
  numTensors?: number | bigint;
  numKeys?: number | bigint;
  metadata: Array<[key: string | Buffer, value: Buffer]>;
  tensors: TensorSpec[];
  numDataBytes: number;
}

const DIM = 8;
const FFN = 16;
const VOCAB = ['<|end|>', 'a', 'b', 'c'];

/** A whole, valid llama of one layer: dim 8, 2 heads, 1 KV head, F32, zeros. */
export function tinySpec(): FileSpec {
  const shapes: Array<[string, number[]]> = [
    ['token_embd.weight', [DIM, VOCAB.length]], ['output_norm.weight', [DIM]],
    ['blk.0.attn_norm.weight', [DIM]], ['blk.0.attn_q.weight', [DIM, DIM]], ['blk.0.attn_k.weight', [DIM, 4]],
    ['blk.0.attn_v.weight', [DIM, 4]], ['blk.0.attn_output.weight', [DIM, DIM]], ['blk.0.ffn_norm.weight', [DIM]],
    ['blk.0.ffn_gate.weight', [DIM, FFN]], ['blk.0.ffn_up.weight', [DIM, FFN]], ['blk.0.ffn_down.weight', [FFN, DIM]],
  ];
  let offset = 0;
  const tensors = shapes.map(([name, dims]) => {
    const tensor: TensorSpec = { name, dims, type: 0, offset };
    offset += dims.reduce((product, dim) => product * dim, 4);
    return tensor;
  });
  return {
    magic: 'GGUF', version: 3, tensors, numDataBytes: offset,
    metadata: [
      ['general.architecture', value.string('llama')], ['general.name', value.string('tiny')],
      ['llama.block_count', value.u32(1)], ['llama.context_length', value.u32(64)], ['llama.embedding_length', value.u32(DIM)],
      ['llama.feed_forward_length', value.u32(FFN)], ['llama.attention.head_count', value.u32(2)], ['llama.attention.head_count_kv', value.u32(1)],
      ['llama.attention.layer_norm_rms_epsilon', value.f32(1e-5)], ['llama.rope.freq_base', value.f32(10_000)],
      ['tokenizer.ggml.model', value.string('gpt2')], ['tokenizer.ggml.pre', value.string('smollm')],
      ['tokenizer.ggml.tokens', value.strings(VOCAB)], ['tokenizer.ggml.token_type', value.i32s([3, 1, 1, 1])],
      ['tokenizer.ggml.merges', value.strings([])], ['tokenizer.ggml.eos_token_id', value.u32(0)],
    ],
  };
}

/** A copy of the spec with one metadata value replaced, added, or (undefined) left out. */
export function withKey(spec: FileSpec, key: string, bytes: Buffer | undefined): FileSpec {
  const rest = spec.metadata.filter(([name]) => name !== key);
  return { ...spec, metadata: bytes ? [...rest, [key, bytes]] : rest };
}

export function withTensor(spec: FileSpec, name: string, change: Partial<TensorSpec>): FileSpec {
  return { ...spec, tensors: spec.tensors.map((tensor) => (tensor.name === name ? { ...tensor, ...change } : tensor)) };
}

export function build(spec: FileSpec, alignment = 32): Buffer {
  const header = Buffer.concat([
    Buffer.from(spec.magic), u32(spec.version), u64(spec.numTensors ?? spec.tensors.length), u64(spec.numKeys ?? spec.metadata.length),
    ...spec.metadata.flatMap(([key, bytes]) => [text(key), bytes]),
    ...spec.tensors.flatMap(({ name, dims, type, offset }) => [text(name), u32(dims.length), ...dims.map(u64), u32(type), u64(offset)]),
  ]);
  return Buffer.concat([header, Buffer.alloc((alignment - (header.length % alignment)) % alignment), Buffer.alloc(spec.numDataBytes)]);
}

export class TemporaryFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'lectern-test-'));
  #numFiles = 0;

  write(bytes: Buffer): string {
    const path = join(this.path, `${this.#numFiles++}.gguf`);
    writeFileSync(path, bytes);
    return path;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
