// The metadata of a GGUF file as the bytes they are, so that a copy keeps every type. The file was opened and checked before.
import assert from 'node:assert';

const PREFIX_BYTES = 24; // magic, version, number of tensors, number of keys
const STRING = 8;
const ARRAY = 9;
/** gguf_type -> bytes of a value. */
const SCALAR_BYTES: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 };

export interface MetadataBytes {
  numKeys: number;
  /** Every key with its type and value. */
  bytes: Buffer;
  /** Where in `bytes` the value of a key begins, and its gguf_type. */
  places: ReadonlyMap<string, { at: number; type: number }>;
}

/** `header`: the file's first bytes, up to the tensors' data at least. */
export function metadataBytes(header: Buffer): MetadataBytes {
  const numKeys = Number(header.readBigUInt64LE(16));
  const places = new Map<string, { at: number; type: number }>();
  let at = PREFIX_BYTES;
  for (let i = 0; i < numKeys; i++) {
    const keyEnd = skipString(header, at);
    const type = header.readUInt32LE(keyEnd);
    places.set(header.toString('utf8', at + 8, keyEnd), { at: keyEnd + 4 - PREFIX_BYTES, type });
    at = skipValue(header, keyEnd + 4, type);
  }
  return { numKeys, bytes: Buffer.from(header.subarray(PREFIX_BYTES, at)), places };
}

const skipString = (header: Buffer, at: number): number => at + 8 + Number(header.readBigUInt64LE(at));

function skipValue(header: Buffer, at: number, type: number): number {
  if (type === STRING) return skipString(header, at);
  if (type !== ARRAY) return at + scalarBytes(type);
  const elementType = header.readUInt32LE(at);
  const length = Number(header.readBigUInt64LE(at + 4));
  if (elementType !== STRING) return at + 12 + length * scalarBytes(elementType);
  let end = at + 12;
  for (let i = 0; i < length; i++) end = skipString(header, end);
  return end;
}

function scalarBytes(type: number): number {
  const numBytes = SCALAR_BYTES[type];
  assert(numBytes !== undefined, `gguf_type ${type} passed the check of the file`);
  return numBytes;
}
