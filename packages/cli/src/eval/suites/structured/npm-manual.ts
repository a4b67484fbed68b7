// The manual of the npm command (HTML): its settings with their defaults and types, stated on the pages of several commands.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { fetchText } from '../../../demo/npm-package.ts';
import { extractedText } from './extracted.ts';
import { htmlOf, sectionsOf, tagOf } from './html-sections.ts';
import { factOf } from './own-words.ts';
import type { Unit, UnitFact, Work } from './unit.ts';

const pagesSchema = z.array(z.string());
const FOLDERS = ['commands', 'configuring-npm', 'using-npm'];

export async function npmManual(folder: string, say: (line: string) => void): Promise<Work> {
  const path = await fetchText(folder, {
    package: 'npm@10.9.0',
    tarballSha256: 'c12def16fe3efdc80b1e652d60903d807ac4b78b9e7c3e76f633f4b13a32897c',
    fileName: 'npm-manual.json',
    what: "npm's manual",
    dataFolder: 'docs/output',
    join: (manual) => JSON.stringify(FOLDERS.flatMap((name) => {
      const pages = join(manual, name);
      return readdirSync(pages).filter((page) => page.endsWith('.html')).sort().map((page) => readFileSync(join(pages, page), 'utf8'));
    })),
  }, say);
  const units: Unit[] = [];
  for (const page of pagesSchema.parse(JSON.parse(readFileSync(path, 'utf8')))) {
    const isContent = (node: { attribs?: Record<string, string> }): boolean => node.attribs?.['id'] === 'content';
    for (const { headings, title, nodes } of sectionsOf(page, (node) => 'attribs' in node && isContent(node), () => false)) {
      if (title === 'Table of contents') continue;
      const body = htmlOf(nodes);
      const text = await extractedText(body);
      const isSetting = tagOf(nodes.find((node) => tagOf(node) !== undefined) ?? nodes[0]!) === 'ul';
      units.push({ headings, body, text, facts: isSetting ? factsOf(title, text) : [] });
    }
  }
  return { task: 'npm_manual', units };
}

function factsOf(name: string, text: string): UnitFact[] {
  return [['Default', `What is the default value of npm's setting ${name}?`], ['Type', `Which type does npm's setting ${name} have?`]].flatMap(([field, question]) => {
    const found = new RegExp(`^- ${field}: (.+)$`, 'mu').exec(text);
    if (found === null) return [];
    const answer = (found[1] as string).replace(/^"(.*)"$/u, '$1');
    return factOf(name, field as string, question as string, [answer], { text: found[0], start: found.index });
  });
}
