// What is checked about a file and about questions before anything is started.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cliConfig } from '../src/config.ts';
import { openDocument } from '../src/input/document-input.ts';
import { readQuestions } from '../src/input/questions-file.ts';

let folder: string;
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'lectern-input-')); });
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const config = () => ({ ...cliConfig({ home: join(folder, 'home') }), maxDocumentBytes: 1_000 });

describe('documents', () => {
  test('a text file is described', async () => {
    expect(await openDocument(file('a.md', '# Title\n'), config())).toMatchObject({ name: 'a.md', numBytes: 8, mediaType: 'text/markdown' });
  });

  test.each([
    ['missing', () => join(folder, 'missing.txt'), 'NOT_FOUND'],
    ['folder', () => folder, 'VALIDATION'],
    ['empty', () => file('empty.txt', ''), 'DOCUMENT_EMPTY'],
    ['too large', () => file('large.txt', 'x'.repeat(1_001)), 'DOCUMENT_TOO_LARGE'],
    ['binary', () => file('b.txt', new Uint8Array([65, 0, 66])), 'DOCUMENT_BINARY'],
    ['device', () => '/dev/null', 'VALIDATION'],
  ])('%s', async (_, path, code) => {
    await expect(openDocument(path(), config())).rejects.toMatchObject({ code });
  });
});

describe('questions', () => {
  test('one per line, blank lines left out', async () => {
    expect(await readQuestions(file('q.jsonl', '{"id":"a","question":"Who?"}\n\n{"id":2,"question":" What? "}\n')))
      .toEqual([{ id: 'a', question: 'Who?' }, { id: 2, question: 'What?' }]);
  });

  test.each([
    ['not JSON', '{"id":1,', 'BAD_JSON', 'line 1'],
    ['unknown field', '{"id":1,"question":"a"}\n{"id":1,"question":"a","x":1}', 'VALIDATION', 'line 2'],
    ['no question', '{"id":1}', 'VALIDATION', 'question'],
    ['blank question', '{"id":1,"question":"  "}', 'VALIDATION', 'question'],
    ['none', '\n', 'VALIDATION', 'no question'],
  ])('%s', async (_, text, code, says) => {
    await expect(readQuestions(file('bad.jsonl', text))).rejects.toMatchObject({ code, message: expect.stringContaining(says) });
  });

  test('a missing file', async () => {
    await expect(readQuestions(join(folder, 'none.jsonl'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
