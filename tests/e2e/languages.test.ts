// Languages and the default model: are planted facts found by each route, and answered? The README's table, with answers and all ten:
//   LANGUAGES=all npx vitest run --project e2e tests/e2e/languages.test.ts
import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFsBlobStore, type Route } from '@lectern/shared';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, find, loadReaderModel, readDocument, type ReaderContext } from '../../packages/reader/src/index.ts';
import { LANGUAGES, plantedDeclaration } from '../support/languages.ts';

const ROUTE_SETS: Route[][] = [['attention'], ['bm25'], ['attention', 'bm25']];
const TOP = 8;
const ALL = process.env['LANGUAGES'] === 'all';
/** Without LANGUAGES=all: one language of each kind of writing, the first half of the text, nothing is generated. */
const CHOSEN = ['Russian', 'Chinese', 'Arabic', 'Thai'];

let ctx: ReaderContext;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lectern-languages-'));
  const model = await loadReaderModel('smollm2-135m-instruct', { home: process.env['LECTERN_HOME'] ?? join(homedir(), '.lectern'), numThreads: 2, engines: ['native'] });
  ctx = { blobs: createFsBlobStore(folder), model, tenant: 'tests' };
});
afterAll(() => rmSync(folder, { recursive: true }));

test('planted facts in other languages than English', async () => {
  const table = ['| language | tokens | blocks | attention | bm25 | both | answered |', '|---|---|---|---|---|---|---|'];
  const found = new Map<string, number[]>();
  for (const language of LANGUAGES.filter(({ name }) => ALL || CHOSEN.includes(name))) {
    const text = plantedDeclaration(language, ALL ? 1 : 0.5);
    const plan = await readDocument(ctx, { bytes: Buffer.from(text), name: `${language.name}.txt` });
    const points = [...text];
    const hits = ROUTE_SETS.map(() => 0);
    let answered = 0;
    for (const { sentence, question, answer } of language.facts) {
      for (const [i, routes] of ROUTE_SETS.entries()) {
        const { passages } = await find(ctx, [plan], { question, routes, top: TOP });
        for (const passage of passages) expect(points.slice(passage.startChar, passage.endChar).join('')).toBe(passage.text);
        const at = [...text.slice(0, text.indexOf(sentence) + sentence.indexOf(answer))].length;
        if (passages.some((p) => p.startChar <= at && p.endChar >= at + [...answer].length)) hits[i]++;
      }
      if (!ALL) continue;
      const result = await ask(ctx, [plan], { question, routes: ['attention', 'bm25'], top: TOP, mode: 'reread', maxOutputTokens: 48 });
      for (const citation of result.citations) expect(points.slice(citation.startChar, citation.endChar).join('')).toBe(citation.text);
      if (result.answer?.includes(answer)) answered++;
    }
    const n = language.facts.length;
    found.set(language.name, hits);
    table.push(`| ${language.name} | ${plan.numTokens} | ${plan.numBlocks} | ${hits.map((h) => `${h}/${n}`).join(' | ')} | ${ALL ? `${answered}/${n}` : '-'} |`);
  }
  console.log(`Planted facts found among the first ${TOP} passages, and answered:\n${table.join('\n')}`);
  for (const [name, hits] of found) expect(hits[2], `${name}: found by both routes`).toBeGreaterThanOrEqual(4);
}, 3_600_000);
