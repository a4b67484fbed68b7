// Takes a safetensors file apart and writes it again with other tensors.
import { readFileSync, writeFileSync } from 'node:fs';

export interface Entry { dtype: string; shape: number[]; data_offsets: [number, number] }
export type Header = Record<string, Entry>;

export function readFile(path: string): { header: Header; data: Buffer } {
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE());
  return { header: JSON.parse(bytes.subarray(8, 8 + length).toString()) as Header, data: bytes.subarray(8 + length) };
}

export function writeFile(path: string, header: unknown, data: Buffer): void {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(path, Buffer.concat([length, text, data]));
}

export function rewriteTensors(path: string, change: (tensor: { dtype: string; data: Buffer }) => { dtype: string; data: Buffer }): void {
  const { header, data } = readFile(path);
  const parts: Buffer[] = [];
  let offset = 0;
  const changed = Object.fromEntries(Object.entries(header).filter(([name]) => name !== '__metadata__').map(([name, entry]) => {
    const next = change({ dtype: entry.dtype, data: data.subarray(...entry.data_offsets) });
    parts.push(next.data);
    offset += next.data.length;
    return [name, { ...entry, dtype: next.dtype, data_offsets: [offset - next.data.length, offset] }];
  }));
  writeFile(path, changed, Buffer.concat(parts));
}
