// Whole folders and several files in one question, as a person asks them; and what is said while the reading goes on.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeText } from '../support/text.ts';
import { TestHome, processesOf } from './lectern.ts';

interface Quoted { text: string; page?: number; document: { id: string; name: string } }
interface Answer {
  answer: string;
  citations: Quoted[];
  figures: { tokensRead: number; chunksEncoded: number; chunksReused: number };
  skipped?: Array<{ name: string; why: string }>;
}

const LIGHTHOUSE = 'The lighthouse at Port Ellery was kept for forty years by a widower named Magnus Thorne.';
const SCHOONER = 'The schooner Amber Gull was launched in 1784 at Kesterfield.';
const QUESTION = 'Who kept the lighthouse at Port Ellery?';

let home: TestHome;
let folder: string;
const put = (name: string, content: string | Uint8Array): void => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
};

beforeAll(async () => {
  home = await TestHome.create();
  folder = join(home.folder, 'papers');
  put('coast/lights.txt', `${makeText({ numWords: 150, seed: 1 })}\n${LIGHTHOUSE}\n`);
  put('ships.md', `# Ships\n\n${makeText({ numWords: 900, seed: 2, planted: [SCHOONER] })}`);
  put('copy-of-ships.md', `# Ships\n\n${makeText({ numWords: 900, seed: 2, planted: [SCHOONER] })}`);
  put('.notes.txt', 'The lighthouse at Port Ellery was kept by nobody.');
  put('empty.txt', '');
  put('locked.pdf', '%PDF-1.7\nnothing follows');
});
afterAll(() => home?.remove());

test('a folder is asked as one; each quotation names its file, what cannot be read is left out', async () => {
  const first = await home.json<Answer>(['ask', folder, QUESTION]);
  expect(first.citations.map(({ text }) => text)).toContain(LIGHTHOUSE);
  expect(first.citations[0]!.document).toEqual({ id: expect.stringMatching(/^doc_/), name: join(folder, 'coast/lights.txt') });
  expect(first.skipped!.map(({ name }) => name.slice(folder.length + 1))).toEqual(['.notes.txt', 'empty.txt', 'locked.pdf']);
  expect(first.figures.chunksEncoded).toBeGreaterThan(0);

  const second = await home.json<Answer>(['ask', folder, 'When was the schooner Amber Gull launched?']);
  expect(second.citations[0]!.text).toBe(SCHOONER);
  expect(second.figures).toMatchObject({ chunksEncoded: 0, tokensRead: first.figures.tokensRead });

  // One file changes at its end: only what changed is read.
  put('ships.md', `# Ships\n\n${makeText({ numWords: 900, seed: 2, planted: [SCHOONER] })}\nThe sloop Wren sank off Harrow Point.\n`);
  rmSync(join(folder, 'copy-of-ships.md'));
  const third = await home.json<Answer>(['ask', folder, 'Where did the sloop Wren sink?']);
  expect(third.citations[0]!.text).toContain('Harrow Point');
  expect(third.figures.chunksEncoded).toBe(1);
  expect(third.figures.chunksReused).toBeGreaterThan(0);
});

test('several files, and in text: the file, line and trail of each quotation; lines about what was left out', async () => {
  const { status, stdout, stderr } = await home.run(['search', join(folder, 'ships.md'), join(folder, 'coast/lights.txt'), join(folder, 'empty.txt'), QUESTION, '--top', '3']);
  expect(status, stderr).toBe(0);
  expect(stdout).toMatch(new RegExp(`^\\[1\\] ${folder}/coast/lights\\.txt, line \\d+, characters \\d+-\\d+ \\(`, 'm'));
  expect(stdout).toContain('ships.md, line');
  expect(stderr).toContain(`skipped ${folder}/empty.txt: it is empty (0 bytes)`);
});

test('--partial: labelled answers while the text is read, then the answer', async () => {
  const long = home.file('long.txt', `${LIGHTHOUSE}\n\n${makeText({ numWords: 14_000, seed: 3 })}`);
  const { status, stdout, stderr } = await home.run(['ask', long, QUESTION, '--partial', '--json']);
  expect(status, stderr).toBe(0);
  const lines = stdout.trim().split('\n').map((line) => JSON.parse(line) as Answer & { partial?: true; coverage?: { tokensRead: number; tokensTotal: number } });
  const last = lines.pop()!;
  expect(last.partial).toBeUndefined();
  expect(last.citations.map(({ text }) => text)).toContain(LIGHTHOUSE);
  expect(lines.length).toBeGreaterThan(0);
  for (const { partial, coverage, citations } of lines) {
    expect(partial).toBe(true);
    expect(coverage!.tokensRead).toBeLessThan(coverage!.tokensTotal);
    for (const { document } of citations) expect(document.name).toBe('long.txt');
  }

  const text = await home.run(['search', home.file('long-2.txt', `${SCHOONER}\n\n${makeText({ numWords: 14_000, seed: 4 })}`), 'When was the schooner Amber Gull launched?', '--partial']);
  expect(text.stdout).toMatch(/^So far, from \d+ % of the text:\n\n\[1\]/);
  expect(processesOf(home.folder)).toEqual([]);
});
