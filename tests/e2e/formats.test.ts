// Every format, standard input, the text output, and many questions in one start.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDocx, paragraph } from '../../packages/reader/test/make-docx.ts';
import { makeEpub } from '../../packages/reader/test/make-epub.ts';
import { makePdf } from '../../packages/reader/test/make-pdf.ts';
import { LANGUAGES, plantedDeclaration } from '../support/languages.ts';
import { TestHome } from './lectern.ts';

const FACT = 'The blue ferry to Skarvoy leaves from pier nine.';
const QUESTION = 'From which pier does the blue ferry to Skarvoy leave?';
let home: TestHome;
beforeAll(async () => { home = await TestHome.create(); });
afterAll(() => home?.remove());

interface Answer { answer: string; citations: Array<{ text: string; page?: number; trail: string[] }> }

describe('formats', () => {
  test.each([
    ['text', () => home.file('a.txt', `Notes of a traveller.\n\n${FACT}\n`)],
    ['Markdown', () => home.file('a.md', `# Ferries\n\n## Timetable\n\n${FACT}\n`)],
    ['HTML', () => home.file('a.html', `<!doctype html><title>Ferries</title><h1>Timetable</h1><p>${FACT}</p><script>alert(1)</script>`)],
    ['Word', () => home.file('a.docx', makeDocx(paragraph('Ferries', 'Titel') + paragraph('Timetable', 'berschrift1') + paragraph(FACT)))],
    ['EPUB', () => home.file('a.epub', makeEpub({ title: 'Ferries', chapters: [{ path: 'a.xhtml', body: `<h1>Timetable</h1><p>${FACT}</p>` }] }))],
    ['PDF', () => home.file('a.pdf', makePdf([
      { lines: [{ text: 'A first page about nothing much.', y: 700 }] },
      { lines: [{ text: FACT, y: 700 }] },
    ]))],
  ])('%s', async (kind, file) => {
    const { answer, citations } = await home.json<Answer>(['ask', file(), QUESTION]);
    expect(answer).toMatch(/nine|9/i);
    const quoted = citations.find((c) => c.text.includes('pier nine'));
    expect(quoted).toBeDefined();
    if (kind === 'PDF') expect(quoted?.page).toBe(2);
    if (kind === 'Markdown' || kind === 'Word' || kind === 'EPUB') expect(quoted?.trail[0]).toBe('Ferries');
  });
});

test('what is read badly is said: as a field, and on stderr', async () => {
  const file = home.file('ru.txt', plantedDeclaration(LANGUAGES.find(({ name }) => name === 'Russian')!, 0.1));
  const question = 'Кто построил маяк в Корране?';
  const { notes, passages } = await home.json<{ notes: Array<{ name: string; note: string }>; passages: Array<{ text: string }> }>(['search', file, question]);
  expect(notes).toEqual([{ name: 'ru.txt', note: expect.stringContaining('mostly Russian') }]);
  expect(passages.some(({ text }) => text.includes('Анна Берг'))).toBe(true);
  expect((await home.run(['search', file, question])).stderr).toContain('lectern: ru.txt: this text is mostly Russian');
});

test('standard input, as text for a person', async () => {
  const { status, stdout } = await home.run(['ask', '-', QUESTION], { input: `${FACT}\n` });
  expect(status).toBe(0);
  expect(stdout).toMatch(/nine|9/i);
  expect(stdout).toMatch(/\[1\] stdin, line 1, characters \d+-\d+/);
  expect(stdout).toMatch(/tokens \(.*\); found in .* answered in .*; worker memory at most/);
});

test('many questions: one JSON line out for each, in order', async () => {
  const questions = home.file('q.jsonl', `{"id":"pier","question":${JSON.stringify(QUESTION)}}\n{"id":2,"question":"What colour is the ferry?"}\n`);
  const { status, stdout } = await home.run(['ask', home.file('a.txt', `Notes of a traveller.\n\n${FACT}\n`), '--questions', questions]);
  expect(status).toBe(0);
  const lines = stdout.trim().split('\n').map((line) => JSON.parse(line) as { id: string | number; answer: string; figures: { chunksEncoded: number } });
  expect(lines.map((l) => l.id)).toEqual(['pier', 2]);
  expect(lines[1].answer).toMatch(/blue/i);
  expect(lines[1].figures.chunksEncoded).toBe(0);
});

test('models and doctor', async () => {
  const listed = (await home.run(['models'])).stdout;
  expect(listed).toContain('smollm2-135m-instruct');
  expect(listed).toMatch(/^all-minilm-l6-v2: all-MiniLM-L6-v2, Apache-2.0, embedder, 87.1 MiB, cached at /m);
  const { status, stdout } = await home.run(['doctor']);
  expect(stdout).toMatch(/ok +embedder: all-minilm-l6-v2, \S+ (int8|f32)/);
  expect(stdout).toMatch(/ok +engine: native, (scalar|neon|avx2|avxvnni|avx512|avx512vnni)/);
  expect(status).toBe(0);
});
