// The front of a safetensors file: 8 bytes of length, then JSON with every tensor's type, shape and place. Untrusted: all of it is checked.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { z } from 'zod';
import { invalidFile } from '../gguf/errors.ts';

const MAX_HEADER_BYTES = 100 * 2 ** 20; // as in the format's own reader
const MAX_TENSORS = 65_536;
const LENGTH_BYTES = 8;

/** Bytes of one element, of every type of the format. */
const ELEMENT_BYTES: Readonly<Record<string, number>> = {
  F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U64: 8, U32: 4, U16: 2, U8: 1, BOOL: 1, F8_E4M3: 1, F8_E5M2: 1,
};

export interface StoredTensor {
  name: string;
  dtype: string;
  shape: number[];
  offset: number; // in the file
  numBytes: number;
}

const count = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const entrySchema = z.strictObject({ dtype: z.string().max(40), shape: z.array(count).max(8), data_offsets: z.tuple([count, count]) });

export function readSafetensorsHeader(path: string): { numBytes: number; tensors: StoredTensor[] } {
  const fd = openSync(path, 'r');
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw invalidFile(path, 'it is not a regular file');
    const length = readBytes(path, fd, 0, LENGTH_BYTES, stat.size).readBigUInt64LE();
    const limit = Math.min(MAX_HEADER_BYTES, stat.size - LENGTH_BYTES);
    if (length > BigInt(limit)) throw invalidFile(path, `its header has ${length} bytes, at most ${limit} can be read`, { found: String(length), limit });
    const header = readBytes(path, fd, LENGTH_BYTES, Number(length), stat.size).toString('utf8');
    const tensors = checkEntries(path, parse(path, header), LENGTH_BYTES + Number(length), stat.size);
    return { numBytes: stat.size, tensors };
  } finally {
    closeSync(fd);
  }
}

function readBytes(path: string, fd: number, offset: number, numBytes: number, fileBytes: number): Buffer {
  if (offset + numBytes > fileBytes) throw invalidFile(path, `it has ${fileBytes} bytes, ${offset + numBytes} are needed for its header`);
  const bytes = Buffer.alloc(numBytes);
  for (let filled = 0; filled < numBytes; ) {
    const read = readSync(fd, bytes, filled, numBytes - filled, offset + filled);
    if (read === 0) throw invalidFile(path, 'the file ended while its header was read');
    filled += read;
  }
  return bytes;
}

function parse(path: string, header: string): Array<[name: string, entry: z.infer<typeof entrySchema>]> {
  let json: unknown;
  try {
    json = JSON.parse(header);
  } catch (error) {
    throw invalidFile(path, `its header is not JSON: ${(error as Error).message.slice(0, 200)}`, {}, error);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw invalidFile(path, 'its header is not a JSON object');
  const entries = Object.entries(json).filter(([name]) => name !== '__metadata__');
  if (entries.length > MAX_TENSORS) throw invalidFile(path, `${entries.length} tensors, at most ${MAX_TENSORS} are read`, { found: entries.length, limit: MAX_TENSORS });
  return entries.map(([name, value]) => {
    const entry = entrySchema.safeParse(value);
    if (!entry.success) throw invalidFile(path, `the entry of tensor ${name.slice(0, 200)} is malformed: ${z.prettifyError(entry.error).slice(0, 300)}`);
    return [name, entry.data];
  });
}

/** Sizes fit types and shapes; the data is covered without a gap or an overlap, as the format demands. */
function checkEntries(path: string, entries: ReturnType<typeof parse>, dataStart: number, fileBytes: number): StoredTensor[] {
  const tensors = entries.map(([name, { dtype, shape, data_offsets: [start, end] }]): StoredTensor => {
    const elementBytes = Object.hasOwn(ELEMENT_BYTES, dtype) ? ELEMENT_BYTES[dtype]! : undefined;
    if (elementBytes === undefined) throw invalidFile(path, `tensor ${name} has the unknown type ${JSON.stringify(dtype)}`, { tensor: name });
    const numBytes = shape.reduce((product, size) => product * size, elementBytes);
    if (!Number.isSafeInteger(numBytes) || numBytes !== end - start) {
      throw invalidFile(path, `tensor ${name}, ${dtype} (${shape.join(', ')}), has the bytes from ${start} to ${end}`, { tensor: name });
    }
    return { name, dtype, shape, offset: dataStart + start, numBytes };
  });
  let covered = dataStart;
  for (const { name, offset, numBytes } of [...tensors].sort((a, b) => a.offset - b.offset || a.numBytes - b.numBytes)) {
    if (offset !== covered) throw invalidFile(path, `tensor ${name} begins at byte ${offset}, the one before it ends at ${covered}`, { tensor: name });
    covered = offset + numBytes;
  }
  if (covered !== fileBytes) throw invalidFile(path, `its tensors end at byte ${covered}, the file has ${fileBytes}`, { found: covered, limit: fileBytes });
  return tensors;
}
