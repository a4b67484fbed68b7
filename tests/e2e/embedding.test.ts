// The embedding route through the command: on by default, switched off by a setting, and never absent in silence.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestHome } from './lectern.ts';

interface Found {
  passages: Array<{ text: string; ranks: Record<string, number> }>;
  notes?: Array<{ name: string; note: string }>;
  figures: { chunksEncoded: number };
}

const FACT = 'A pregnant mare broke her leg crossing the frozen brook, so the vet had to put her down.';
const QUESTION = 'Which horse died after an injury?';
const OTHERS = Array.from({ length: 40 }, (_, i) => `On day ${i + 1} the committee met to discuss the budget of the library, and put off the opening of reading room ${i + 2} once more.`);
const TEXT = `${OTHERS.slice(0, 25).join('\n\n')}\n\n${FACT}\n\n${OTHERS.slice(25).join('\n\n')}\n`;

let home: TestHome;
let file: string;
beforeAll(async () => {
  home = await TestHome.create();
  file = home.file('minutes.txt', TEXT);
});
afterAll(() => home?.remove());

const OFF = { env: { EMBEDDER: 'none' } };

test('switched off: found by the other routes, which is said; alone it is an error', async () => {
  const found = await home.json<Found>(['search', file, QUESTION], OFF);
  expect(found.notes).toEqual([{ name: 'question', note: 'found without the embedding route: it is switched off' }]);
  expect(found.passages.every(({ ranks }) => ranks['embedding'] === undefined)).toBe(true);
  const { stderr } = await home.run(['search', file, QUESTION], OFF);
  expect(stderr).toContain('found without the embedding route: it is switched off');
  expect((await home.json<Found>(['search', file, QUESTION, '--routes', 'bm25'], OFF)).notes).toBeUndefined();
  const alone = await home.run(['search', file, QUESTION, '--routes', 'embedding', '--json'], OFF);
  expect(alone.status).toBe(1);
  expect(JSON.parse(alone.stderr)).toMatchObject({ code: 'VALIDATION', message: expect.stringContaining('it is switched off') });
  expect((await home.run(['doctor', '--embedder', 'none'])).stdout).toMatch(/ok +embedder: switched off/);
});

test('a reading that was made without it says so when it is on again', async () => {
  const found = await home.json<Found>(['search', file, QUESTION]);
  expect(found.figures.chunksEncoded).toBe(0);
  expect(found.notes?.[0]?.note).toMatch(/was read without the embedder all-minilm-l6-v2$/);
});

test('by default a paraphrased question finds its passage by it', async () => {
  const other = home.file('other.txt', `${TEXT}\nEnd.\n`);
  const found = await home.json<Found>(['search', other, QUESTION, '--routes', 'embedding']);
  expect(found.notes).toBeUndefined();
  expect(found.passages[0]?.text).toContain('mare broke her leg');
  const all = await home.json<Found>(['search', other, QUESTION]);
  expect(all.notes).toBeUndefined();
  expect(all.passages.find(({ text }) => text.includes('mare'))?.ranks).toMatchObject({ embedding: 1 });
});

test('an unknown embedder is refused before anything starts', async () => {
  const { status, stderr } = await home.run(['search', file, QUESTION, '--json'], { env: { EMBEDDER: 'nope' } });
  expect(status).toBe(1);
  expect(JSON.parse(stderr)).toMatchObject({ code: 'MODEL_UNKNOWN' });
});
