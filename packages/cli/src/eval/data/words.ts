// Adjectives and nouns for made-up keys, from the package friendly-words (MIT). RULER takes its own from wonderwords, which has more.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchText } from '../../demo/npm-package.ts';
import type { SuiteOptions } from '../contract.ts';

export interface Words { adjectives: string[]; nouns: string[] }

const FILES = ['predicates.txt', 'objects.txt'];

export async function loadWords({ dataFolder, say }: Pick<SuiteOptions, 'dataFolder' | 'say'>): Promise<Words> {
  const path = await fetchText(dataFolder, {
    package: 'friendly-words@1.3.1',
    tarballSha256: 'bb6bb13352db5116863ebf50867d38de51caedfa29baad689f03b2106371ecfe',
    fileName: 'friendly-words.txt',
    what: 'a list of words',
    dataFolder: 'words',
    join: (data) => FILES.map((name) => wordsIn(readFileSync(join(data, name), 'utf8')).join('\n')).join('\n\n'),
  }, say);
  const [adjectives, nouns] = readFileSync(path, 'utf8').split('\n\n').map((list) => list.trim().split('\n'));
  return { adjectives: adjectives!, nouns: nouns! };
}

const wordsIn = (text: string): string[] => text.split('\n').map((word) => word.trim()).filter((word) => /^[a-z]+$/.test(word));
