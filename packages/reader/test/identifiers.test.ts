// Questions that quote a key or a code are answered by its letters and digits, not by what they mean.
import type { Route } from '@lectern/shared';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { quotesIdentifier } from '../src/find/identifiers.ts';
import { find, readDocument } from '../src/index.ts';
import { tinyReader, type TinyReader } from './tiny-reader.ts';

test.each([
  'Key: "f07ff893-d25f-4536-9c97-c495dc42a9d9"\nThe value associated with the specified key is:', 'Who signed invoice INV-2031?', 'What does error E0425x mean?', 'Where is parcel 4471093?',
])('%s quotes one', (question) => {
  expect(quotesIdentifier(question)).toBe(true);
});

test.each(['When was it built, in 1784?', 'Who ruled in the 20th century?', 'What happened on 1,500 ships?', 'What is "checkered-willow"?', 'How many people live in Port Ellery?'])('%s quotes none', (question) => {
  expect(quotesIdentifier(question)).toBe(false);
});

let reader: TinyReader;
beforeAll(async () => { reader = await tinyReader(); });
afterAll(() => reader.remove());

test('no second look is taken at it where words look; otherwise one is', async () => {
  const lines = Array.from({ length: 60 }, (_, i) => `In the year ${1400 + 7 * i} the smith Ebba of valley number ${i} made a bell of bronze and tin.`);
  const plan = await readDocument(reader.ctx, { bytes: Buffer.from(lines.join('\n')), name: 'bells.txt' });
  /** By the note that this engine is too slow for the look that would be taken. */
  const looked = async (question: string, routes: readonly Route[]): Promise<boolean> =>
    (await find(reader.ctx, [plan], { question, routes, top: 1 })).notes.some((note) => note.startsWith('found without a second look'));
  expect(await looked('Whose horse ran fastest?', ['attention', 'bm25', 'second-look'])).toBe(true);
  expect(await looked('Whose horse ran fastest, zq-40917-b?', ['attention', 'bm25', 'second-look'])).toBe(false);
  expect(await looked('Whose horse ran fastest, zq-40917-b?', ['attention', 'second-look'])).toBe(true);
});
