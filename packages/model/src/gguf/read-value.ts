// One metadata value of a GGUF file. Numbers become number (bigint beyond 2^53), arrays of numbers become number[].
import { invalidFile } from './errors.ts';
import type { ByteReader } from './byte-reader.ts';

const STRING = 8;
const ARRAY = 9;
const MAX_ARRAY_LENGTH = 4 * 2 ** 20; // the largest vocabularies have about a quarter of a million tokens, twice as many merges

interface Scalar {
  numBytes: number;
  read(bytes: Buffer): unknown;
}

const safe = (value: bigint): number | bigint => (Number.isSafeInteger(Number(value)) ? Number(value) : value);

/** gguf_type -> fixed-size value; 7 is bool (see readValue). */
const SCALARS: ReadonlyMap<number, Scalar> = new Map<number, Scalar>([
  [0, { numBytes: 1, read: (bytes) => bytes.readUInt8(0) }],
  [1, { numBytes: 1, read: (bytes) => bytes.readInt8(0) }],
  [2, { numBytes: 2, read: (bytes) => bytes.readUInt16LE(0) }],
  [3, { numBytes: 2, read: (bytes) => bytes.readInt16LE(0) }],
  [4, { numBytes: 4, read: (bytes) => bytes.readUInt32LE(0) }],
  [5, { numBytes: 4, read: (bytes) => bytes.readInt32LE(0) }],
  [6, { numBytes: 4, read: (bytes) => bytes.readFloatLE(0) }],
  [7, { numBytes: 1, read: (bytes) => bytes.readUInt8(0) }],
  [10, { numBytes: 8, read: (bytes) => safe(bytes.readBigUInt64LE(0)) }],
  [11, { numBytes: 8, read: (bytes) => safe(bytes.readBigInt64LE(0)) }],
  [12, { numBytes: 8, read: (bytes) => bytes.readDoubleLE(0) }],
]);

export function readValue(reader: ByteReader, type: number, what: string): unknown {
  if (type === STRING) return reader.string(what);
  if (type === ARRAY) return readArray(reader, what);
  const scalar = SCALARS.get(type);
  if (!scalar) throw invalidFile(reader.path, `${what} has the unknown type number ${type}`, { found: type });
  const value = scalar.read(reader.bytes(scalar.numBytes, what));
  if (type !== 7) return value;
  if (value !== 0 && value !== 1) throw invalidFile(reader.path, `${what} is a boolean with the value ${value}`);
  return value === 1;
}

function readArray(reader: ByteReader, what: string): unknown[] {
  const type = reader.u32(`element type of ${what}`);
  const length = reader.u64(`length of ${what}`);
  if (type === ARRAY) throw invalidFile(reader.path, `${what} is an array of arrays`);
  if (length > MAX_ARRAY_LENGTH) {
    throw invalidFile(reader.path, `${what} has ${length} elements, at most ${MAX_ARRAY_LENGTH} are read`, { found: length, limit: MAX_ARRAY_LENGTH });
  }
  reader.expect(length, type === STRING ? 8 : (SCALARS.get(type)?.numBytes ?? 1), what);
  const values: unknown[] = [];
  for (let i = 0; i < length; i++) values.push(readValue(reader, type, what));
  return values;
}
