// The front of a GGUF file: magic, version, metadata, tensor table. Checks the form only, not what an architecture needs.
import { invalidFile, unsupportedFile } from './errors.ts';
import type { ByteReader } from './byte-reader.ts';
import { readTensorTable } from './read-tensor-table.ts';
import { readValue } from './read-value.ts';
import type { TensorInfo } from '../contract.ts';

const MAX_KEYS = 65_536;
const MAX_KEY_BYTES = 65_535;
const MAX_ALIGNMENT = 1 << 20;
const DEFAULT_ALIGNMENT = 32;
const MIN_KEY_BYTES = 8 + 4 + 1; // length, type, the smallest value

export interface Header {
  metadata: Map<string, unknown>;
  tensors: Map<string, TensorInfo>;
}

export function readHeader(reader: ByteReader): Header {
  const { path } = reader;
  const magic = reader.bytes(4, 'magic').toString('latin1');
  if (magic !== 'GGUF') throw invalidFile(path, `it starts with ${JSON.stringify(magic)}, not "GGUF"`);
  const version = reader.u32('version');
  if (version > 0xffff) throw unsupportedFile(path, 'it is big-endian');
  if (version !== 2 && version !== 3) throw unsupportedFile(path, `GGUF version ${version}; 2 and 3 are read`, { found: version });
  const numTensors = reader.u64('number of tensors');
  const numKeys = reader.u64('number of metadata keys');
  if (numKeys > MAX_KEYS) throw invalidFile(path, `${numKeys} metadata keys, at most ${MAX_KEYS} are read`, { found: numKeys, limit: MAX_KEYS });
  reader.expect(numKeys, MIN_KEY_BYTES, 'metadata');

  const metadata = new Map<string, unknown>();
  for (let i = 0; i < numKeys; i++) {
    const key = reader.string(`metadata key ${i}`, MAX_KEY_BYTES);
    if (metadata.has(key)) throw invalidFile(path, `metadata key ${JSON.stringify(key)} is there twice`);
    metadata.set(key, readValue(reader, reader.u32(`type of ${key}`), key));
  }
  return { metadata, tensors: readTensorTable(reader, numTensors, alignmentOf(path, metadata)) };
}

function alignmentOf(path: string, metadata: Map<string, unknown>): number {
  const alignment = metadata.get('general.alignment') ?? DEFAULT_ALIGNMENT;
  const isPowerOf2 = typeof alignment === 'number' && alignment >= 1 && alignment <= MAX_ALIGNMENT && Number.isInteger(Math.log2(alignment));
  if (!isPowerOf2) throw invalidFile(path, `general.alignment is ${String(alignment)}, not a power of 2 up to ${MAX_ALIGNMENT}`);
  return alignment;
}
