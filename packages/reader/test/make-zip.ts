// Builds ZIP files byte by byte for tests: sound ones, and ones that lie, overlap or point elsewhere.
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  name: string;
  data?: string | Uint8Array;
  /** Packed bytes as they are to stand, instead of `data` deflated. */
  packed?: Uint8Array;
  isStored?: boolean;
  /** What the directory and the local header say instead of the truth. */
  uncompressedSize?: number;
  compressedSize?: number;
  crc?: number;
  flags?: number;
  method?: number;
  /** Unix mode, as in symbolic links. */
  mode?: number;
  /** The directory points at this entry's local header instead of an own one. */
  sharedWith?: number;
}

const FLAG_UTF8 = 0x800;

export function makeZip(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const offsets: number[] = [];
  const records: Buffer[] = [];
  let size = 0;
  const push = (...buffers: Buffer[]): void => {
    for (const buffer of buffers) {
      parts.push(buffer);
      size += buffer.length;
    }
  };
  for (const entry of entries) {
    const data = Buffer.from(entry.data ?? '');
    const packed = Buffer.from(entry.packed ?? (entry.isStored ? data : deflateRawSync(data)));
    const name = Buffer.from(entry.name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0); // version needed
    common.writeUInt16LE(FLAG_UTF8 | (entry.flags ?? 0), 2);
    common.writeUInt16LE(entry.method ?? (entry.isStored ? 0 : 8), 4);
    common.writeUInt32LE(entry.crc ?? crc32(data), 10);
    common.writeUInt32LE(entry.compressedSize ?? packed.length, 14);
    common.writeUInt32LE(entry.uncompressedSize ?? data.length, 18);
    common.writeUInt16LE(name.length, 22);
    const offset = entry.sharedWith === undefined ? size : offsets[entry.sharedWith];
    offsets.push(offset);
    if (entry.sharedWith === undefined) push(Buffer.from('PK\x03\x04', 'latin1'), common, name, packed);
    const record = Buffer.alloc(46);
    record.write('PK\x01\x02', 'latin1');
    record.writeUInt16LE((3 << 8) | 20, 4); // made by: Unix
    common.copy(record, 6);
    record.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 38);
    record.writeUInt32LE(offset, 42);
    records.push(record, name);
  }
  const directory = Buffer.concat(records);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(size, 16);
  push(directory, end);
  return Buffer.concat(parts);
}
