// Opens a GGUF file as a checked ModelFile. Reads the header and, where RoPE has factors, those few numbers; never the weights.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { ServiceError } from '@lectern/shared';
import { ByteReader } from './byte-reader.ts';
import { dequantize } from './dequantize.ts';
import { invalidFile } from './errors.ts';
import { readConfig } from './read-config.ts';
import { readHeader } from './read-header.ts';
import type { ModelFile, TensorInfo } from '../contract.ts';

export function openGgufFile(path: string): ModelFile {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw invalidFile(path, 'it is not a regular file');
    const { metadata, tensors } = readHeader(new ByteReader(path, fd, stat.size));
    const opened = fd;
    const config = readConfig(path, metadata, tensors, (tensor) => readFloats(path, opened, tensor));
    return { path, numBytes: stat.size, config, metadata, tensors };
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    throw invalidFile(path, `it cannot be read: ${(error as Error).message}`, {}, error);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Only for tensors whose shape was checked to be small. */
function readFloats(path: string, fd: number, { name, type, shape, offset, numBytes }: TensorInfo): Float32Array {
  const bytes = new Uint8Array(numBytes);
  const numRead = readSync(fd, bytes, 0, numBytes, offset);
  if (numRead < numBytes) throw invalidFile(path, `it ended inside tensor ${name}`, { tensor: name });
  return dequantize(type, bytes, shape.reduce((product, size) => product * size, 1));
}
