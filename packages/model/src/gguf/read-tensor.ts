// Bytes and values of one tensor of a checked model file.
import { open } from 'node:fs/promises';
import { dequantize } from './dequantize.ts';
import { invalidFile } from './errors.ts';
import type { ModelFile, TensorInfo } from '../contract.ts';

/** The tensor as it lies in the file. */
export async function readTensorBytes(file: ModelFile, name: string): Promise<Uint8Array> {
  const tensor = tensorOf(file, name);
  const bytes = new Uint8Array(tensor.numBytes);
  const handle = await open(file.path, 'r');
  try {
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, tensor.offset + filled);
      if (bytesRead === 0) throw invalidFile(file.path, `it ended inside tensor ${name}: it changed since it was opened`, { tensor: name });
      filled += bytesRead;
    }
  } finally {
    await handle.close();
  }
  return bytes;
}

/** The tensor's values, row-major. */
export async function readTensor(file: ModelFile, name: string): Promise<Float32Array> {
  const tensor = tensorOf(file, name);
  const numElements = tensor.shape.reduce((product, size) => product * size, 1);
  return dequantize(tensor.type, await readTensorBytes(file, name), numElements);
}

function tensorOf(file: ModelFile, name: string): TensorInfo {
  const tensor = file.tensors.get(name);
  if (!tensor) throw invalidFile(file.path, `tensor ${name} is missing`, { tensor: name });
  return tensor;
}
