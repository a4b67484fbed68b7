// The file to hand in: looked at before anything is started, so that a wrong name costs nothing.
import { createWriteStream } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { detectMediaType } from '@lectern/reader';
import { type MediaType, ServiceError } from '@lectern/shared';
import { createHome, homeAt } from '../home.ts';
import type { CliConfig } from '../config.ts';

const HEAD_BYTES = 4_096;

export interface DocumentInput {
  /** As it is called in answers: the file's name, or, of several, its path as given. */
  name: string;
  path: string;
  numBytes: number;
  mediaType: MediaType;
  dispose(): Promise<void>;
}

/** '-' reads standard input to its end first: it is kept in a temporary file. */
export async function openDocument(argument: string, config: CliConfig): Promise<DocumentInput> {
  if (argument !== '-') return inspect(argument, basename(argument), config.maxDocumentBytes);
  const home = homeAt(config.homeRoot);
  createHome(home);
  const path = join(home.temp, `stdin-${process.pid}`);
  const dispose = () => rm(path, { force: true });
  try {
    await pipeline(process.stdin, limited(config.maxDocumentBytes), createWriteStream(path, { mode: 0o600 }));
    return { ...await inspect(path, 'stdin', config.maxDocumentBytes), dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

export async function inspect(path: string, name: string, maxBytes: number): Promise<DocumentInput> {
  const facts = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new ServiceError('NOT_FOUND', `cannot read ${path}: ${reasons[error.code ?? ''] ?? error.message}`, { cause: error, details: { path } });
  });
  if (facts.isDirectory()) throw new ServiceError('VALIDATION', `${path} is a folder; hand in a file`, { details: { path } });
  if (!facts.isFile()) throw new ServiceError('VALIDATION', `${path} is not a regular file; use - to read from standard input`, { details: { path } });
  if (facts.size === 0) throw new ServiceError('DOCUMENT_EMPTY', `${name} is empty (0 bytes)`, { details: { name } });
  if (facts.size > maxBytes) throw tooLarge(name, facts.size, maxBytes);
  return { name, path, numBytes: facts.size, mediaType: detectMediaType(name, await readHead(path)), dispose: async () => {} };
}

const reasons: Record<string, string> = {
  ENOENT: 'there is no such file', EACCES: 'permission denied', ENOTDIR: 'a part of the path is not a folder', ENAMETOOLONG: 'the name is too long',
};

async function readHead(path: string): Promise<Uint8Array> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw new ServiceError('NOT_FOUND', `cannot read ${path}: ${reasons[error.code ?? ''] ?? error.message}`, { cause: error, details: { path } });
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function* limitedBytes(source: AsyncIterable<Buffer>, maxBytes: number): AsyncIterable<Buffer> {
  let numBytes = 0;
  for await (const bytes of source) {
    numBytes += bytes.length;
    if (numBytes > maxBytes) throw tooLarge('standard input', numBytes, maxBytes);
    yield bytes;
  }
}

const limited = (maxBytes: number) => (source: AsyncIterable<Buffer>) => limitedBytes(source, maxBytes);

const tooLarge = (name: string, actual: number, limit: number): ServiceError =>
  new ServiceError('DOCUMENT_TOO_LARGE', `${name} holds ${actual} bytes or more; the limit is ${limit} (MAX_DOCUMENT_BYTES)`, { details: { actual, limit } });
