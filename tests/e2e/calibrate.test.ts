// lectern calibrate on real weights, with few questions: a file that no catalog knows becomes a model that finds and answers.
// The file is the default model under another name in its metadata, so its checksum is another and its heads are real.
import { copyFileSync, existsSync, mkdirSync, openSync, readSync, closeSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { processesOf, TestHome } from './lectern.ts';

const SMALL = ['--tokens', '2500', '--facts', '10', '--paragraphs', '1', '--entries', '5'];
const DOCUMENT = 'The lighthouse at Corran Point was built by the engineer Isobel Rankine. It was painted white every spring.\n';

let home: TestHome;
let model: string;
let catalog: string;
beforeAll(async () => {
  home = await TestHome.create();
  // A models folder of its own: the entry must not go into the machine's.
  const models = join(home.folder, 'models');
  const cached = realpathSync(models);
  rmSync(models);
  mkdirSync(models);
  for (const id of ['smollm2-135m-instruct', 'all-minilm-l6-v2']) symlinkSync(join(cached, id), join(models, id));
  catalog = join(models, 'catalog.json');
  model = home.file('renamed.gguf', '');
  copyFileSync(join(cached, 'smollm2-135m-instruct', 'SmolLM2-135M-Instruct.Q4_1.gguf'), model);
  rename(model);
});
afterAll(() => home?.remove());

/** Changes the first letter of general.name: key, type (4 bytes), length (8 bytes), value. */
function rename(path: string): void {
  const file = openSync(path, 'r+');
  const head = Buffer.alloc(1 << 16);
  readSync(file, head, 0, head.length, 0);
  const at = head.indexOf('general.name') + 'general.name'.length + 12;
  writeSync(file, 'X', at);
  closeSync(file);
}

interface Calibrated {
  entry: { id: string; retrieval: { heads: Array<{ layer: number; head: number }>; attentionWeight: number }; reading: { ceiling: number; numQuestions: number } };
  path: string;
  heads: Array<{ layer: number; recall: { at8: number; n: number } }>;
  choosing: { chanceAt8: number };
  weighing: { routes: string[]; choosing: Array<{ weight: number; recall: { at8: number; n: number } }> };
  chosen: { report: Array<{ routes: string[]; recall: { at1: number; at8: number; n: number } }> };
}

test('a file that is in no catalog is refused with the command that helps', async () => {
  const { stderr, status } = await home.run(['ask', home.file('a.txt', DOCUMENT), 'Who built the lighthouse?', '--index-model', model]);
  expect(stderr).toContain(`lectern calibrate ${model}`);
  expect(status).toBe(1);
});

test('interrupted, it writes nothing and leaves nothing behind', async () => {
  const running = home.start(['calibrate', model, ...SMALL]);
  await running.printed(/scoring every head|reading the first text/);
  running.interrupt();
  const { status, stderr } = await running.ended;
  expect(status).toBe(130);
  expect(stderr).toContain('nothing was written');
  expect(existsSync(catalog)).toBe(false);
  expect(readdirSync(join(home.folder, 'tmp'))).toEqual([]);
  expect(processesOf(home.folder)).toEqual([]);
});

test('calibrated, it finds well above chance, is listed, and answers', async () => {
  const { entry, path, heads, chosen, choosing, weighing } = await home.json<Calibrated>(['calibrate', model, ...SMALL]);
  expect(path).toBe(catalog);
  expect(heads[0]!.recall.at8 / heads[0]!.recall.n).toBeGreaterThan(2 * choosing.chanceAt8);
  const [attention, , fused] = chosen.report;
  expect(attention!.recall.at8 / attention!.recall.n).toBeGreaterThan(0.7);
  expect(fused!.recall.at8).toBeGreaterThanOrEqual(attention!.recall.at8 - 1);
  expect(weighing.routes).toEqual(['attention', 'bm25', 'embedding']);
  const half = weighing.choosing.find(({ weight }) => weight === 0.5)!.recall;
  expect([half.n, entry.retrieval.attentionWeight]).toEqual([14, 0.5]); // too few questions to choose another weight by
  expect(half.at8).toBeGreaterThan(10);
  expect(entry.id).toMatch(/^renamed-[0-9a-f]{12}$/);
  expect(entry.reading.numQuestions).toBe(attention!.recall.n);
  expect(JSON.parse(readFileSync(catalog, 'utf8'))).toEqual({ models: [entry] });
  expect(readdirSync(join(home.folder, 'tmp'))).toEqual([]);

  expect((await home.run(['models'])).stdout).toMatch(new RegExp(`^${entry.id}: .*cached at ${model}$`, 'm'));
  const file = home.file('b.txt', DOCUMENT);
  const { citations } = await home.json<{ citations: Array<{ text: string }> }>(['ask', file, 'Who built the lighthouse?', '--index-model', model, '--routes', 'attention']);
  expect(citations[0]!.text).toContain('Isobel Rankine');
});

test('a damaged catalog is named, at once, and stays as it is', async () => {
  writeFileSync(catalog, '{"models": [');
  const { stderr, status } = await home.run(['calibrate', model, ...SMALL]);
  expect(stderr).toContain(catalog);
  expect(stderr).toContain('CATALOG_INVALID');
  expect(status).toBe(1);
  expect(readFileSync(catalog, 'utf8')).toBe('{"models": [');
});
