// A GGUF file -> the same model with its Q4_1 matrices as Q4_0, the format llama.cpp is fastest in. All else is copied: other tensors
// (token embeddings and output matrix too, where they are not Q4_1), metadata but for general.file_type, the order of the tensors.
import { open, rename, rm } from 'node:fs/promises';
import { type ModelFile, readTensor, readTensorBytes, type TensorInfo, type TensorType } from '@lectern/model';
import { quantizeQ4_0 } from './quantize-q4-0.ts';
import { metadataBytes } from './metadata-bytes.ts';

const DEFAULT_ALIGNMENT = 32;
const U32 = 4; // gguf_type
const MOSTLY_Q4_0 = 2; // llama_ftype
const GGML_TYPE: Readonly<Record<TensorType, number>> = {
  F32: 0, F16: 1, Q4_0: 2, Q4_1: 3, Q5_0: 6, Q5_1: 7, Q8_0: 8, Q4_K: 12, Q5_K: 13, Q6_K: 14, BF16: 30,
};

const isChanged = ({ type }: TensorInfo): boolean => type === 'Q4_1';

/** Whether the file has anything that would change. */
export const isRequantizable = (file: ModelFile): boolean => file.shards === undefined && [...file.tensors.values()].some(isChanged);

/** The file is there whole or not at all. */
export async function requantizeFile(file: ModelFile, path: string): Promise<void> {
  const temp = `${path}.${process.pid}.tmp`;
  try {
    await write(file, temp);
    await rename(temp, path);
  } finally {
    await rm(temp, { force: true });
  }
}

async function write(file: ModelFile, path: string): Promise<void> {
  const alignment = Number(file.metadata.get('general.alignment') ?? DEFAULT_ALIGNMENT);
  const aligned = (numBytes: number): number => Math.ceil(numBytes / alignment) * alignment;
  const tensors = [...file.tensors.values()];
  const out = await open(path, 'wx');
  try {
    const front = Buffer.concat([await newMetadata(file), tensorTable(tensors, aligned)]);
    await out.writeFile(padded(front, aligned));
    for (const tensor of tensors) {
      const bytes = isChanged(tensor) ? quantizeQ4_0(await readTensor(file, tensor.name)) : await readTensorBytes(file, tensor.name);
      await out.writeFile(padded(bytes, aligned)); // appends
    }
  } finally {
    await out.close();
  }
}

/** Magic, version, counts and metadata. */
async function newMetadata(file: ModelFile): Promise<Buffer> {
  const header = Buffer.alloc(Math.min(...[...file.tensors.values()].map((tensor) => tensor.offset)));
  const source = await open(file.path, 'r');
  try {
    for (let filled = 0; filled < header.length;) {
      const { bytesRead } = await source.read(header, filled, header.length - filled, filled);
      if (bytesRead === 0) throw new Error(`${file.path} ended inside its header: it changed since it was opened`);
      filled += bytesRead;
    }
  } finally {
    await source.close();
  }
  const { numKeys, bytes, places } = metadataBytes(header);
  const fileType = places.get('general.file_type');
  if (fileType?.type === U32) bytes.writeUInt32LE(MOSTLY_Q4_0, fileType.at);
  return Buffer.concat([header.subarray(0, 8), u64(file.tensors.size), u64(numKeys), bytes]);
}

function tensorTable(tensors: readonly TensorInfo[], aligned: (numBytes: number) => number): Buffer {
  let offset = 0; // from the start of the data
  return Buffer.concat(tensors.map((tensor) => {
    const { name, shape } = tensor;
    const type: TensorType = isChanged(tensor) ? 'Q4_0' : tensor.type;
    const numBytes = isChanged(tensor) ? (tensor.numBytes / 20) * 18 : tensor.numBytes;
    const entry = Buffer.concat([
      u64(Buffer.byteLength(name)), Buffer.from(name), u32(shape.length), ...shape.toReversed().map(u64), u32(GGML_TYPE[type]), u64(offset),
    ]);
    offset += aligned(numBytes);
    return entry;
  }));
}

function padded(bytes: Uint8Array, aligned: (numBytes: number) => number): Uint8Array {
  const whole = new Uint8Array(aligned(bytes.length));
  whole.set(bytes);
  return whole;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
