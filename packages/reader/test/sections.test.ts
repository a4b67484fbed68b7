// What is read, parted where a heading begins: an answer's headings are those that it stands below, not those of the block that was found.
import { afterAll, beforeAll, expect, test } from 'vitest';
import fc from 'fast-check';
import { readSpans } from '../src/ask/read-spans.ts';
import { TrailWalker } from '../src/chunk/trail.ts';
import { Places } from '../src/find/places.ts';
import { find } from '../src/find/find.ts';
import { sectionOfQuestion, sectionsOf } from '../src/find/sections.ts';
import { ask, blobKeys, readDocument } from '../src/index.ts';
import { loadStructure } from '../src/plan/stored-document.ts';
import { tinyReader, type TinyReader } from './tiny-reader.ts';

let reader: TinyReader;
beforeAll(async () => { reader = await tinyReader(); });
afterAll(() => reader.remove());

const ENTRIES = ['cedar', 'walnut', 'linden', 'rowan', 'alder', 'juniper', 'hazel', 'willow'];
/** Entries shorter than a block, so that each block holds several; lines name no entry. */
const reference = (entries: readonly string[]): string =>
  ['# Timber', ...entries.map((name, i) => `## ${name}\n\nHeight: ${10 + i} metres. Colour: shade ${i}.`)].join('\n\n');

test('each span stands below its own headings, and the spans of a run are its text', async () => {
  const plan = await readDocument(reader.ctx, { bytes: Buffer.from(reference(ENTRIES)), name: 'timber.md' });
  expect(plan.numBlocks).toBeGreaterThan(2);
  const places = new Places(reader.ctx, [plan]);
  const finder = await places.reading(0);
  const spans = await readSpans(places, [{ document: plan.documentId, block: 1, score: 0.5 }], 1);
  for (const [i, name] of ENTRIES.entries()) {
    for (const { text, trail } of spans.filter((span) => span.text.includes(`Height: ${10 + i} `))) {
      expect(trail).toEqual(['Timber', name]);
      expect(text.match(/Height/gu)).toHaveLength(1);
    }
  }
  expect(spans.length).toBeGreaterThan(3);
  expect(spans.map(({ text }) => text).join('')).toBe((await finder.sentences(await finder.block(0), await finder.block(2))).text);
  const { charStart, charEnd } = await finder.block(1);
  for (const { text, startChar, score } of spans) expect(score).toBe(startChar < charEnd && startChar + [...text].length > charStart ? 0.5 : 0);
});

test('a passage that holds several entries bears the headings of the one that is asked about', async () => {
  const plan = await readDocument(reader.ctx, { bytes: Buffer.from(reference(ENTRIES)), name: 'timber.md' });
  for (const name of ENTRIES.slice(1)) {
    const { passages: [first] } = await find(reader.ctx, [plan], { question: `What colour is ${name}?`, routes: ['bm25'], top: 1 });
    expect(first.trail).toEqual(['Timber', name]);
  }
});

test('the part of a passage that a question speaks of: most of its words, headings twice, then the longest', () => {
  const parts = [{ text: 'of oak', trail: ['Wood'] }, { text: 'made of ash and iron', trail: ['Tools'] }, { text: 'of beech and elm', trail: ['Wood'] }];
  expect(sectionOfQuestion(parts, 'Which tools are of iron?')).toBe(parts[1]);
  expect(sectionOfQuestion(parts, 'What wood?')).toBe(parts[2]);
  expect(sectionOfQuestion(parts, '???')).toBe(parts[1]);
  const namesakes = [{ text: 'of oak', trail: ['tool'] }, { text: 'of ash and elm', trail: ['tools'] }];
  expect(['Of what is tool?', 'Of what is tools?'].map((asked) => sectionOfQuestion(namesakes, asked).trail)).toEqual([['tool'], ['tools']]);
});

test('a heading at which a chunk begins opens there, not at what stands before it', () => {
  const chunk = { index: 0, tokenStart: 0, tokenEnd: 0, overlapStart: 0, byteStart: 0, byteEnd: 0, lineStart: 1, blockStart: 0, numBlocks: 1, segment: '' };
  const plan = {
    trails: [{ parts: ['Oak'], segment: '' }, { parts: ['Elm'], segment: '' }],
    chunks: [
      { ...chunk, charStart: 0, charEnd: 10, trails: [0], headings: [] },
      { ...chunk, charStart: 10, charEnd: 20, trails: [1], headings: [{ charStart: 10, trail: 1 }] },
    ],
  };
  expect(sectionsOf(plan, { text: 'hard. # Elm', byteStart: 4, startChar: 4 })).toEqual([
    { text: 'hard. ', byteStart: 4, startChar: 4, trail: ['Oak'] },
    { text: '# Elm', byteStart: 10, startChar: 10, trail: ['Elm'] },
  ]);
});

test('a quotation names the heading that it stands below', async () => {
  const plan = await readDocument(reader.ctx, { bytes: Buffer.from(reference(ENTRIES)), name: 'timber.md' });
  const { citations } = await ask(reader.ctx, [plan], { question: 'What is the height of juniper?', routes: ['bm25'] });
  const quoted = citations.find(({ text }) => text.includes('Height'));
  expect(quoted?.trail).toEqual(['Timber', ENTRIES[Number(/\d+/u.exec(quoted!.text)![0]) - 10]]);
});

test('whatever the headings: joined the sections are the span, each at its place below what a walk over all headings says', async () => {
  const line = fc.oneof(fc.constantFrom('# A', '## 𝔅', '### C c', '# 世界', 'Some words.', '𝔘nder é. More', ''), fc.string({ unit: 'grapheme', maxLength: 12 }));
  await fc.assert(fc.asyncProperty(fc.array(line, { minLength: 3, maxLength: 30 }), fc.nat(), fc.nat(), async (lines, a, b) => {
    const plan = await readDocument(reader.ctx, { bytes: Buffer.from(`Words.\n\n${lines.join('\n\n')}\n`), name: 'random.md' });
    const points = [...(await reader.ctx.blobs.get(blobKeys.text(plan.documentId))).toString()];
    const [from, to] = [a % points.length, b % (points.length + 1)].sort((x, y) => x - y) as [number, number];
    const before = points.slice(0, from).join('');
    const span = { text: points.slice(from, to).join(''), byteStart: Buffer.byteLength(before), startChar: from };
    const sections = sectionsOf(plan, span);
    expect(sections.map(({ text }) => text).join('')).toBe(span.text);
    const { title, headings } = (await loadStructure(reader.ctx.blobs, plan.documentId))!;
    for (const { text, startChar, byteStart, trail } of sections) {
      expect(text).not.toBe('');
      expect(points.slice(startChar, startChar + [...text].length).join('')).toBe(text);
      expect(byteStart).toBe(Buffer.byteLength(points.slice(0, startChar).join('')));
      expect(trail).toEqual(new TrailWalker(title ?? '', headings).at(startChar));
      expect(headings.some((heading) => heading.startChar > startChar && heading.startChar < startChar + [...text].length)).toBe(false);
    }
  }), { numRuns: 60, interruptAfterTimeLimit: 40_000, markInterruptAsFailure: true }); // else shrinking outlasts the test and hides what failed
});
