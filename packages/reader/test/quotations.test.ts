// Whatever the document is written with, a quotation is its text at the range that is named.
import { afterAll, beforeAll, expect, test } from 'vitest';
import fc from 'fast-check';
import { cite } from '../src/ask/cite.ts';
import { readSpans } from '../src/ask/read-spans.ts';
import { findPlaces } from '../src/find/find.ts';
import { blobKeys, readDocument } from '../src/index.ts';
import { tinyReader, type TinyReader } from './tiny-reader.ts';

let reader: TinyReader;
beforeAll(async () => { reader = await tinyReader(); });
afterAll(() => reader.remove());

const WORDS = ['bell', 'Oswin', 'naïve', 'cafe\u0301', 'É', '1,024', '𝔘nder', '👩‍👩‍👧', '世界人权', 'हाँ', 'e\u0301\u0323tude', 'M.', 'he', 'said:', '“so”'];
const GAPS = [' ', ' ', ' ', '. ', '! ', '\r\n', '\r\n\r\n', '\n', '。', ',\u00a0', '\t'];
const part = fc.tuple(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...WORDS) }, { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }) }), fc.constantFrom(...GAPS));
const documents = fc.array(part, { minLength: 5, maxLength: 120 }).map((parts) => `The bell of Oswin. ${parts.flat().join('')}`);

test('every quoted span is verbatim text of the document at its range', async () => {
  let numQuoted = 0;
  await fc.assert(fc.asyncProperty(documents, fc.subarray(WORDS), async (source, answer) => {
    const plan = await readDocument(reader.ctx, { bytes: Buffer.from(source), name: 'random.txt' });
    const text = (await reader.ctx.blobs.get(blobKeys.text(plan.documentId))).toString();
    expect(text.replace(/\s/gu, '')).toBe(source.replace(/\s/gu, ''));
    const points = [...text];
    const { places, passages } = await findPlaces(reader.ctx, [plan], { question: 'Who heard the bell of Oswin?', routes: ['bm25'], top: 3 });
    const spans = await readSpans(places, passages, 1);
    for (const quoted of [...passages, ...await cite(places, spans, 'Who heard the bell of Oswin?', answer.join(' '))]) {
      expect(points.slice(quoted.startChar, quoted.endChar).join('')).toBe(quoted.text);
      expect(quoted.text.trim()).toBe(quoted.text);
      expect(quoted.line).toBe(points.slice(0, quoted.startChar).filter((point) => point === '\n').length + 1);
      numQuoted++;
    }
  }), { numRuns: 40 });
  expect(numQuoted).toBeGreaterThan(80);
});
