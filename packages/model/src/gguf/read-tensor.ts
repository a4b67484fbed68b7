// Bytes and values of one tensor of a checked model file.
import { open } from 'node:fs/promises';
import { dequantize } from './dequantize.ts';
import { invalidFile } from './errors.ts';
import type { ModelFile, TensorInfo } from '../contract.ts';

/** What of a model file says where its tensors lie. */
type TensorFile = Pick<ModelFile, 'path' | 'shards' | 'tensors'>;

/** The tensor as it lies in its file: an addend is not in it yet. */
export async function readTensorBytes(file: TensorFile, name: string): Promise<Uint8Array> {
  const tensor = tensorOf(file, name);
  const bytes = new Uint8Array(tensor.numBytes);
  const path = tensor.shard === undefined ? file.path : file.shards![tensor.shard]!.path;
  const handle = await open(path, 'r');
  try {
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, tensor.offset + filled);
      if (bytesRead === 0) throw invalidFile(path, `it ended inside tensor ${name}: it changed since it was opened`, { tensor: name });
      filled += bytesRead;
    }
  } finally {
    await handle.close();
  }
  return bytes;
}

/** The tensor's values, row-major. */
export async function readTensor(file: TensorFile, name: string): Promise<Float32Array> {
  const tensor = tensorOf(file, name);
  const numElements = tensor.shape.reduce((product, size) => product * size, 1);
  const values = dequantize(tensor.type, await readTensorBytes(file, name), numElements);
  const { addend } = tensor;
  return addend === undefined ? values : values.map((value) => value + addend);
}

function tensorOf(file: TensorFile, name: string): TensorInfo {
  const tensor = file.tensors.get(name);
  if (!tensor) throw invalidFile(file.path, `tensor ${name} is missing`, { tensor: name });
  return tensor;
}
