// Engines answer for each other: what one has read another is asked about, without reading again, and finds the same passages.
// The tfjs engine on both of its back ends, with real weights.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codePoints, makeText } from '../support/text.ts';
import { TestHome } from './lectern.ts';

const FACT = { sentence: 'The vault under the town hall is opened with the number 4172.', question: 'With which number is the vault under the town hall opened?' };
const ENGINES = {
  native: { ENGINES: 'native' },
  tensorflow: { ENGINES: 'tfjs', TFJS_BACKEND: 'tensorflow', READ_THREADS: '1' },
  wasm: { ENGINES: 'tfjs', TFJS_BACKEND: 'wasm', READ_THREADS: '1' },
};
const EXACT = { LECTERN_PRECISION: 'f32', EMBEDDER: 'none' };
type EngineName = keyof typeof ENGINES;

const isBuilt = existsSync(fileURLToPath(new URL('../../build/tfjs/tfjs_binding.node', import.meta.url)));
if (!isBuilt) console.error('\n*** the tfjs engine on TensorFlow is NOT tested: npm run build:tfjs ***\n');
const PAIRS: Array<[reads: EngineName, asks: EngineName, seed: number]> = [
  ['native', 'wasm', 1],
  ['wasm', 'native', 2],
  ...(isBuilt || process.env['CI'] ? [['native', 'tensorflow', 3], ['tensorflow', 'native', 4]] as Array<[EngineName, EngineName, number]> : []),
];

interface Answer {
  answer: string;
  citations: Array<{ text: string; startChar: number; endChar: number }>;
  figures: Record<'chunksEncoded' | 'chunksReused' | 'tokensRead', number>;
}
interface Found { passages: Array<{ startChar: number; endChar: number }>; figures: Answer['figures'] }

let home: TestHome;
beforeAll(async () => { home = await TestHome.create(); });
afterAll(() => home?.remove());

describe.each(PAIRS)('%s reads, %s is asked', (reads, asks, seed) => {
  const text = makeText({ numWords: 600, seed, planted: [FACT.sentence] });
  const run = <T>(verb: 'ask' | 'search', engine: EngineName, more = {}) => home.json<T>([verb, home.file(`${seed}.txt`, text), FACT.question], { env: { ...ENGINES[engine], ...more } });
  let found: Found;

  // In f32: in 8 bits passages that no score tells apart may change places. Only the native engine embeds.
  test('both find the same passages, from one reading', async () => {
    found = await run('search', reads, EXACT);
    expect(found.figures.chunksEncoded).toBeGreaterThan(0);
    expect(found.passages.length).toBeGreaterThan(4);
    const again = await run<Found>('search', asks, EXACT);
    expect(again.figures).toMatchObject({ chunksEncoded: 0, chunksReused: found.figures.chunksEncoded });
    expect(again.passages.map((p) => p.startChar)).toEqual(found.passages.map((p) => p.startChar));
  });

  test('the other answers right, with the exact quotation', async () => {
    const { answer, citations, figures } = await run<Answer>('ask', asks);
    expect(figures.chunksEncoded).toBe(0);
    expect(answer).toContain('4172');
    expect(citations.some((c) => c.text.includes('4172'))).toBe(true);
    for (const c of citations) expect(codePoints(text, c.startChar, c.endChar)).toBe(c.text);
  });

  // Keys and values that one engine encoded on demand, and then the other reads. What a small model makes of a few blocks is not always right
  // (docs/finding.md): the same answer is what engines owe each other, in f32 and before small differences can add up.
  test.each(['replay', 'sparse'])('mode %s: the other answers the same from stored keys and values', async (mode) => {
    const [own, other] = [await answerOf(reads, mode), await answerOf(asks, mode)];
    expect(other.figures.chunksEncoded).toBe(0);
    expect(own.answer).not.toBe('');
    expect(other.answer).toBe(own.answer);
  });

  const answerOf = (engine: EngineName, mode: string) =>
    home.json<Answer>(['ask', home.file(`${seed}.txt`, text), FACT.question, '--mode', mode, '--max-tokens', '12'], { env: { ...ENGINES[engine], ...EXACT } });
});

test('an engine that cannot start is named, with the reason and what to do', async () => {
  const { status, stderr } = await home.run(['ask', home.file('1.txt', 'Nothing.'), 'What?'], { env: { ENGINES: 'tfjs', TFJS_DIR: home.folder } });
  expect(status).toBe(1);
  expect(stderr).toMatch(/tfjs: TensorFlow for the tfjs engine is not built in .*npm run build:tfjs.*\[ENGINE_UNAVAILABLE\]/);
});

test('an engine that there is not is refused with the names of those there are', async () => {
  const { status, stderr } = await home.run(['ask', home.file('1.txt', 'Nothing.'), 'What?'], { env: { ENGINES: 'cuda' } });
  expect(status).toBe(1);
  expect(stderr).toMatch(/ENGINES.*native.*tfjs.*reference/s);
});
