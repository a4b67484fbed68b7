// The manual of SQLAlchemy as Sphinx made it (HTML): classes and functions as terms of definition lists, and since when they are there.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DomUtils } from 'htmlparser2';
import { z } from 'zod';
import { fetchText } from '../../../demo/npm-package.ts';
import { extractedText, lineAt, offsetsOf } from './extracted.ts';
import { childrenOf, classesOf, type HtmlNode, htmlOf, sectionsOf, tagOf, textOf } from './html-sections.ts';
import { factOf } from './own-words.ts';
import type { Unit, UnitFact, Work } from './unit.ts';

const pagesSchema = z.array(z.string());
const FOLDERS = ['tutorial', 'orm', 'core', 'dialects', 'faq'];

export async function sqlalchemyManual(folder: string, say: (line: string) => void): Promise<Work> {
  const path = await fetchText(folder, {
    package: 'sqlalchemy@1.4.54',
    registry: 'pypi',
    tarballSha256: '4470fbed088c35dc20b78a39aaf4ae54fe81790c783b3264872a0224f437c31a',
    fileName: 'sqlalchemy-manual.json',
    what: "SQLAlchemy's manual",
    dataFolder: 'doc',
    join: (manual) => JSON.stringify(FOLDERS.flatMap((name) => {
      const pages = join(manual, name);
      return readdirSync(pages).filter((page) => page.endsWith('.html')).sort().map((page) => readFileSync(join(pages, page), 'utf8'));
    })),
  }, say);
  const units: Unit[] = [];
  for (const page of pagesSchema.parse(JSON.parse(readFileSync(path, 'utf8')))) {
    for (const { headings, nodes } of sectionsOf(page, (node) => 'attribs' in node && node.attribs['id'] === 'docs-body', isEntry)) {
      const body = htmlOf(nodes);
      const text = await extractedText(body);
      if (text !== '') units.push({ headings, body, text, facts: nodes.some(isEntry) ? await factsOf(nodes, text) : [] });
    }
  }
  return { task: 'sqlalchemy_manual', units: withoutNamesakes(units) };
}

const isEntry = (node: HtmlNode): boolean => tagOf(node) === 'dl' && classesOf(node).includes('py');

const KINDS = [
  { className: 'versionadded', opening: /^New in version (\d[\w.]*)/u, question: 'In which version of SQLAlchemy was {} added?' },
  { className: 'deprecated', opening: /^Deprecated since version (\d[\w.]*)/u, question: 'Since which version of SQLAlchemy is {} deprecated?' },
];

async function factsOf(nodes: readonly HtmlNode[], text: string): Promise<UnitFact[]> {
  const notes = DomUtils.findAll((node) => KINDS.some(({ className }) => classesOf(node).includes(className)), nodes as HtmlNode[])
    .map((note) => ({ note: note as HtmlNode, name: entryName(note as HtmlNode) }));
  const offsets = await offsetsOf(nodes, notes.map(({ note }) => note));
  return notes.flatMap(({ note, name }, i) => {
    const start = offsets[i];
    const kind = KINDS.find(({ className }) => classesOf(note).includes(className));
    if (name === undefined || start === undefined || kind === undefined) return [];
    const line = lineAt(text, start);
    const version = kind.opening.exec(line.text)?.[1]?.replace(/\.$/u, '');
    if (version === undefined) return [];
    return factOf(name, kind.className, kind.question.replace('{}', name), [version], line);
  });
}

/** Of the entry whose description holds the note as a part of its own, not of a parameter's: 'Pool.connect'. */
function entryName(note: HtmlNode): string | undefined {
  const description = note.parent as HtmlNode | null;
  const list = description?.parent as HtmlNode | null | undefined;
  if (description === null || !list || tagOf(description) !== 'dd' || !isEntry(list)) return undefined;
  const term = childrenOf(list).find((child) => tagOf(child) === 'dt');
  if (term === undefined || !('attribs' in term) || textOf(term) === '') return undefined;
  const isMember = !classesOf(list).some((name) => name === 'class' || name === 'function' || name === 'exception' || name === 'data');
  return (term.attribs['id'] ?? '').split('.').slice(isMember ? -2 : -1).join('.') || undefined;
}

/** Names that two modules give to different things cannot be asked for. */
function withoutNamesakes(units: Unit[]): Unit[] {
  const counts = new Map<string, number>();
  for (const { facts } of units) for (const { key } of facts) counts.set(key, (counts.get(key) ?? 0) + 1);
  return units.map((unit) => ({ ...unit, facts: unit.facts.filter(({ key }) => counts.get(key) === 1) }));
}
