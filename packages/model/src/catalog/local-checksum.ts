// The SHA-256 that names a model on this disk: of its one file, or, for one in safetensors form, of all its files' names and SHA-256s.
// Each file is hashed once while its size and time stay the same; the marks lie in <home>/models/local.
import { createHash } from 'node:crypto';
import { mkdir, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ServiceError } from '@lectern/shared';
import { isSafetensorsPath, safetensorsFiles } from '../safetensors/index.ts';
import { hashFile } from './hash-file.ts';
import type { TransferOptions } from './progress.ts';
import { readMark, writeMark } from './verified-mark.ts';

export interface LocalChecksumOptions extends TransferOptions {
  home: string;
  /** Hash even where size and time say that the file did not change. */
  verify?: boolean;
}

/** Undefined when there is nothing at the path. */
export async function localChecksum(path: string, options: LocalChecksumOptions): Promise<string | undefined> {
  if (!isSafetensorsPath(path)) return fileChecksum(path, options);
  if ((await stat(path).catch(ifMissing)) === undefined) return undefined;
  const hash = createHash('sha256');
  for (const file of safetensorsFiles(path)) {
    const sha256 = await fileChecksum(file, options);
    if (sha256 === undefined) throw new ServiceError('MODEL_FILE_INVALID', `model ${path} has no file ${file}`, { details: { path, file } });
    hash.update(`${basename(file)} ${sha256}\n`);
  }
  return hash.digest('hex');
}

async function fileChecksum(path: string, options: LocalChecksumOptions): Promise<string | undefined> {
  const numBytes = await sizeOf(path);
  if (numBytes === undefined) return undefined;
  const folder = join(options.home, 'models', 'local');
  await mkdir(folder, { recursive: true });
  const markPath = join(folder, `${createHash('sha256').update(await realpath(path)).digest('hex').slice(0, 40)}.verified`);
  const known = options.verify ? undefined : await readMark(path, markPath);
  if (known !== undefined) return known;
  const sha256 = await hashFile(path, numBytes, options);
  await writeMark(path, markPath, sha256);
  return sha256;
}

/** Undefined when there is no such file. */
export async function sizeOf(path: string): Promise<number | undefined> {
  const info = await stat(path).catch(ifMissing);
  if (info && !info.isFile()) throw new ServiceError('MODEL_FILE_INVALID', `${path} is not a regular file`, { details: { path } });
  return info?.size;
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}
