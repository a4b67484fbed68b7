// The main job on a long document: interrupted in the middle of its reading, resumed, answered, and not read again after a restart.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codePoints, makeText } from '../support/text.ts';
import { TestHome, processesOf } from './lectern.ts';

interface Answer {
  answer: string;
  supported: boolean;
  citations: Array<{ text: string; startChar: number; endChar: number; page?: number; trail: string[]; score: number }>;
  figures: Record<'tokensRead' | 'chunksEncoded' | 'chunksReused' | 'readSeconds' | 'tokensPerSecond' | 'findSeconds' | 'answerSeconds' | 'peakResidentBytes', number>;
}

const FACTS = [
  { sentence: 'The ship that brought the first tea to the harbour was called the Northern Star.', question: 'What was the ship called that brought the first tea to the harbour?', answer: /Northern Star/ },
  { sentence: 'The vault under the town hall is opened with the number 4172.', question: 'With which number is the vault under the town hall opened?', answer: /4172/ },
];
const text = makeText({ numWords: 88_000, seed: 7, planted: FACTS.map((f) => f.sentence) });
let home: TestHome;
let file: string;

beforeAll(async () => {
  home = await TestHome.create();
  file = home.file('chronicle.txt', text);
});
afterAll(() => home?.remove());

const ask = (question: string): Promise<Answer> => home.json(['ask', file, question]);

test('Ctrl-C in the middle of a reading ends with status 130 and leaves no process behind', async () => {
  const running = home.start(['ask', file, FACTS[0].question]);
  await running.printed(/reading: [1-9][\d,]* of [\d,]+ tokens/);
  running.interrupt();
  const { status, stderr, stdout } = await running.ended;
  expect(status).toBe(130);
  expect(stderr).toContain('[INTERRUPTED]');
  expect(stdout).toBe('');
  expect(processesOf(home.folder)).toEqual([]);
});

test('the same command resumes, and answers with a quotation that is exactly the characters at its range', async () => {
  const { answer, supported, citations, figures } = await ask(FACTS[0].question);
  expect(answer).toMatch(FACTS[0].answer);
  expect(supported).toBe(true);
  expect(citations.some((c) => c.text.includes('Northern Star'))).toBe(true);
  for (const c of citations) expect(codePoints(text, c.startChar, c.endChar)).toBe(c.text);
  expect(figures.tokensRead).toBeGreaterThanOrEqual(100_000);
  expect(figures.chunksReused).toBeGreaterThan(0);
  expect(figures.chunksEncoded).toBeGreaterThan(0);
  expect(figures.tokensPerSecond).toBeGreaterThan(0);
  expect(processesOf(home.folder)).toEqual([]);
});

test('a second question, after a restart, reads nothing again', async () => {
  const { answer, citations, figures } = await ask(FACTS[1].question);
  expect(figures.chunksEncoded).toBe(0);
  expect(figures.chunksReused).toBeGreaterThan(60);
  expect(figures.readSeconds).toBe(0);
  expect(answer).toMatch(FACTS[1].answer);
  expect(citations.some((c) => c.text.includes('4172'))).toBe(true);
});

test('search finds both facts, on each route alone', async () => {
  for (const routes of ['attention', 'bm25', 'embedding', 'attention,bm25']) {
    for (const { sentence, question } of FACTS) {
      const { passages } = await home.json<{ passages: Array<{ text: string }> }>(['search', file, question, '--top', '8', '--routes', routes]);
      expect(passages.length).toBe(8);
      expect(passages.map((p) => p.text).join(' '), `${routes}: ${question}`).toContain(sentence.split(' ').slice(-2).join(' '));
    }
  }
});

test.each(['replay', 'sparse'])('mode %s answers from the same reading', async (mode) => {
  const { answer, figures } = await home.json<Answer>(['ask', file, FACTS[1].question, '--mode', mode, '--max-tokens', '24']);
  expect(answer.length).toBeGreaterThan(0);
  expect(figures.chunksEncoded).toBe(0);
});
