// The function reference of math.js: a page per function, its parameters and what it returns in tables.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { fetchText } from '../../../demo/npm-package.ts';
import { factOf } from './own-words.ts';
import type { Unit, UnitFact, Work } from './unit.ts';

const pagesSchema = z.array(z.string());

export async function mathjs(folder: string, say: (line: string) => void): Promise<Work> {
  const path = await fetchText(folder, {
    package: 'mathjs@3.20.2',
    tarballSha256: '1be575d56262b76277b017c43ab5244904f8ba26560bcc6c1bcb6b83b5b121ba',
    fileName: 'mathjs-functions.json',
    what: 'the function reference of math.js',
    dataFolder: 'docs/reference/functions',
    join: (pages) => JSON.stringify(readdirSync(pages).filter((name) => name.endsWith('.md')).sort().map((name) => readFileSync(join(pages, name), 'utf8'))),
  }, say);
  return { task: 'mathjs', units: pagesSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).flatMap(unitsOf) };
}

function unitsOf(page: string): Unit[] {
  const found = /^# Function (\S+)[^\n]*\n/mu.exec(page);
  if (found === null) return [];
  const [heading, name = ''] = found;
  const text = page.slice(found.index + heading.length).trim();
  return [{ headings: [heading.trim()], body: text, text, facts: factsOf(name, text) }];
}

function factsOf(name: string, text: string): UnitFact[] {
  const facts: UnitFact[] = [];
  let section = '';
  for (let at = 0; at < text.length;) {
    const end = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at);
    const line = { text: text.slice(at, end), start: at };
    at = end + 1;
    if (line.text.startsWith('#')) section = line.text.replace(/^#+\s*/u, '');
    const cells = line.text.split(' | ').map((cell) => cell.trim());
    if (/^-+$/u.test(cells[0] ?? '') || cells[0] === 'Type' || cells[0] === 'Parameter') continue;
    if (section === 'Returns' && cells.length === 2) {
      facts.push(...factOf(name, 'returns', `What type of value does the function ${name} return?`, spellings(cells[0] as string), line));
    } else if (section === 'Parameters' && cells.length === 3) {
      const parameter = (cells[0] as string).replaceAll('`', '');
      facts.push(...factOf(name, `type of ${parameter}`, `Which types may the parameter ${parameter} of the function ${name} have?`, spellings(cells[1] as string), line));
      const byDefault = /Default value: (\S+?)\.?$/u.exec(cells[2] as string)?.[1];
      if (byDefault !== undefined) facts.push(...factOf(name, `default of ${parameter}`, `What is the default value of the parameter ${parameter} of the function ${name}?`, [byDefault], line));
    }
  }
  return facts;
}

/** As it is written in the source, and as it is read. */
const spellings = (types: string): string[] => [...new Set([types.replaceAll('&#124;', '|'), types])];
