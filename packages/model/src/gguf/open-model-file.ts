// Opens a GGUF file as a checked ModelFile. Reads only the header, never the weights.
import { closeSync, fstatSync, openSync } from 'node:fs';
import { ServiceError } from '@lectern/shared';
import { ByteReader } from './byte-reader.ts';
import { invalidFile, unsupportedFile } from './errors.ts';
import { llamaConfig } from './llama.ts';
import { readString, required } from './metadata.ts';
import { readHeader } from './read-header.ts';
import type { ModelFile } from '../contract.ts';

export async function openModelFile(path: string): Promise<ModelFile> {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw invalidFile(path, 'it is not a regular file');
    const { metadata, tensors } = readHeader(new ByteReader(path, fd, stat.size));
    const architecture = required(path, 'general.architecture', readString(path, metadata, 'general.architecture'));
    if (architecture !== 'llama') throw unsupportedFile(path, `architecture ${JSON.stringify(architecture.slice(0, 80))}; llama is run`);
    return { path, numBytes: stat.size, config: llamaConfig(path, metadata, tensors), metadata, tensors };
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    throw invalidFile(path, `it cannot be read: ${(error as Error).message}`, {}, error);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
