// Code points of a stored text, wherever the parts are cut.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BlobStore, createFsBlobStore } from '@lectern/shared';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readTextRange } from '../src/documents/text-range.ts';

let root: string;
let blobs: BlobStore;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'lectern-text-'));
  blobs = createFsBlobStore(root);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

// One, two, three and four bytes: 10 bytes for 4 code points, so parts of 256 KiB end inside characters.
const text = 'aü€😀'.repeat(60_000);
const chars = [...text];

test.each([[0, 0], [0, 1], [3, 4], [0, 240_000], [104_856, 104_860], [104_857, 104_858], [200_001, 200_777], [239_999, 240_000], [239_999, 300_000], [240_000, 240_001], [300_000, 300_001]])('[%d, %d)', async (start, end) => {
  const { numBytes } = await blobs.put('mixed', Buffer.from(text));
  const part = await readTextRange(blobs, 'mixed', { start, end, numBytes });
  expect(part.text === chars.slice(start, end).join('')).toBe(true);
  expect(part).toMatchObject({ startChar: Math.min(start, chars.length), endChar: Math.min(end, chars.length) });
});

test('every range of a short text; plain ASCII by a jump gives the same', async () => {
  for (const [key, short] of [['short', 'x😀€üy'], ['ascii', 'abcde']] as const) {
    const { numBytes } = await blobs.put(key, Buffer.from(short));
    for (let start = 0; start <= 6; start++) {
      for (let end = start; end <= 7; end++) {
        const expected = [...short].slice(start, end).join('');
        expect((await readTextRange(blobs, key, { start, end, numBytes })).text).toBe(expected);
        if (key === 'ascii') expect((await readTextRange(blobs, key, { start, end, numBytes, numChars: 5 })).text).toBe(expected);
      }
    }
  }
});
