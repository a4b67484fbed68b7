// The tensor table of a GGUF file: names, types, dims and offsets, checked to lie inside the file and apart from each other.
import { invalidFile, unsupportedFile } from './errors.ts';
import type { ByteReader } from './byte-reader.ts';
import { LAYOUT_BY_NUMBER } from './tensor-types.ts';
import type { TensorInfo } from '../contract.ts';

const MAX_TENSORS = 65_536;
const MAX_NAME_BYTES = 256;
const MAX_DIMS = 4;
const MIN_ENTRY_BYTES = 8 + 4 + 8 + 4 + 8; // name length, number of dims, one dim, type, offset

export function readTensorTable(reader: ByteReader, numTensors: number, alignment: number): Map<string, TensorInfo> {
  const { path } = reader;
  if (numTensors > MAX_TENSORS) throw invalidFile(path, `${numTensors} tensors, at most ${MAX_TENSORS} are read`, { found: numTensors, limit: MAX_TENSORS });
  reader.expect(numTensors, MIN_ENTRY_BYTES, 'tensor table');
  const tensors = new Map<string, TensorInfo>();
  for (let i = 0; i < numTensors; i++) {
    const tensor = readEntry(reader, i, alignment);
    if (tensors.has(tensor.name)) throw invalidFile(path, `tensor ${tensor.name} is there twice`);
    tensors.set(tensor.name, tensor);
  }
  const dataStart = Math.ceil(reader.offset / alignment) * alignment;
  for (const tensor of tensors.values()) {
    tensor.offset += dataStart; // so far from the start of the data
    if (tensor.offset + tensor.numBytes > reader.numBytes) {
      throw invalidFile(path, `tensor ${tensor.name} ends at byte ${tensor.offset + tensor.numBytes}, the file has ${reader.numBytes}`, {
        tensor: tensor.name, found: tensor.offset + tensor.numBytes, limit: reader.numBytes,
      });
    }
  }
  checkApart(path, tensors);
  return tensors;
}

function readEntry(reader: ByteReader, index: number, alignment: number): TensorInfo {
  const { path } = reader;
  const name = reader.string(`name of tensor ${index}`, MAX_NAME_BYTES);
  const numDims = reader.u32(`number of dims of ${name}`);
  if (numDims < 1 || numDims > MAX_DIMS) throw invalidFile(path, `tensor ${name} has ${numDims} dims, 1 to ${MAX_DIMS} are read`);
  const shape: number[] = []; // innermost first in the file
  let numElements = 1;
  for (let i = 0; i < numDims; i++) {
    const size = reader.u64(`dim ${i} of ${name}`);
    numElements *= size;
    if (size < 1 || !Number.isSafeInteger(numElements)) throw invalidFile(path, `tensor ${name} has dims ${[...shape, size].join(' x ')}`);
    shape.push(size);
  }
  const typeNumber = reader.u32(`type of ${name}`);
  const layout = LAYOUT_BY_NUMBER.get(typeNumber);
  if (!layout) throw unsupportedFile(path, `tensor ${name} has GGML type number ${typeNumber}`, { tensor: name, found: typeNumber });
  if (shape[0]! % layout.numElements !== 0) {
    throw invalidFile(path, `tensor ${name} has rows of ${shape[0]} elements, not a multiple of ${layout.type}'s block of ${layout.numElements}`);
  }
  const offset = reader.u64(`offset of ${name}`);
  if (offset % alignment !== 0) throw invalidFile(path, `tensor ${name} is at offset ${offset}, not a multiple of the alignment ${alignment}`);
  const numBytes = (numElements / layout.numElements) * layout.numBytes;
  return { name, type: layout.type, shape: shape.reverse(), offset, numBytes };
}

function checkApart(path: string, tensors: Map<string, TensorInfo>): void {
  const inOrder = [...tensors.values()].sort((a, b) => a.offset - b.offset);
  for (let i = 1; i < inOrder.length; i++) {
    const before = inOrder[i - 1]!;
    const tensor = inOrder[i]!;
    if (before.offset + before.numBytes > tensor.offset) throw invalidFile(path, `tensors ${before.name} and ${tensor.name} overlap`);
  }
}
