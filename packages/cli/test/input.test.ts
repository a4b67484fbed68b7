// What is checked about a file and about questions before anything is started.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cliConfig } from '../src/config.ts';
import { openDocument } from '../src/input/document-input.ts';
import { openDocuments } from '../src/input/documents.ts';
import { pathsAndQuestion, pathsOnly } from '../src/input/paths-and-question.ts';
import { skippedLines } from '../src/input/skipped.ts';
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
    ['binary', () => file('b.txt', new Uint8Array(200).map((_, i) => i * 7)), 'DOCUMENT_BINARY'],
    ['device', () => '/dev/null', 'VALIDATION'],
  ])('%s', async (_, path, code) => {
    await expect(openDocument(path(), config())).rejects.toMatchObject({ code });
  });
});

describe('several files and folders', () => {
  const at = (name: string): string => join(folder, 'tree', name);
  const put = (name: string, content: string | Uint8Array): void => {
    mkdirSync(join(at(name), '..'), { recursive: true });
    writeFileSync(at(name), content);
  };
  const namesIn = async (...paths: string[]): Promise<string[]> =>
    (await openDocuments(paths, config())).documents.map(({ name }) => name.replace(`${folder}/tree/`, ''));

  beforeAll(() => {
    put('b.txt', 'words');
    put('a/deep/c.md', '# Title');
    put('a/d.html', '<!doctype html><p>words</p>');
    put('.hidden/e.txt', 'words');
    put('.f.txt', 'words');
    put('empty.txt', '');
    put('large.txt', 'x'.repeat(1_001));
    put('image.txt', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 1]));
    mkdirSync(at('nothing'));
    symlinkSync('..', at('a/circle'));
    symlinkSync('b.txt', at('inside.txt'));
    symlinkSync('/', at('outside'));
    symlinkSync('nowhere', at('lost'));
  });

  test('a folder is read with all below it, in order; what cannot be read is left out and told', async () => {
    const { documents, skipped, isOne } = await openDocuments([at('')], config());
    expect(documents.map(({ name }) => name.slice(at('').length + 1))).toEqual(['b.txt', 'a/d.html', 'a/deep/c.md']);
    expect(documents.map(({ mediaType }) => mediaType)).toEqual(['text/plain', 'text/html', 'text/markdown']);
    expect(skipped.map(({ name, reason }) => [name.slice(at('').length + 1), reason])).toEqual([
      ['.f.txt', 'hidden'], ['.hidden', 'hidden'], ['empty.txt', 'empty'], ['image.txt', 'kind'], ['large.txt', 'too-large'], ['lost', 'link'], ['outside', 'link'],
    ]);
    expect(isOne).toBe(false);
    const lines = skippedLines(skipped).map((line) => line.replaceAll(at('x').slice(0, -1), ''));
    expect(lines).toContain('skipped 2 hidden files and folders');
    expect(lines).toContain('skipped empty.txt: it is empty (0 bytes)');
    expect(lines.find((line) => line.startsWith('skipped image.txt: it is a PNG image'))).toBeDefined();
  });

  test('files may be named beside folders; a file met twice is one', async () => {
    expect(await namesIn(at('b.txt'), at('a'), at('inside.txt'), at('a/d.html'))).toEqual(['b.txt', 'a/d.html', 'a/deep/c.md']);
    expect(await namesIn(at('a/deep'))).toEqual(['a/deep/c.md']);
  });

  test('a name that was typed wrong is an error; what is wrong with one of several is not', async () => {
    await expect(openDocuments([at('b.txt'), at('missing.txt')], config())).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await namesIn(at('b.txt'), at('empty.txt'))).toEqual(['b.txt']);
    await expect(openDocuments([at('empty.txt')], config())).rejects.toMatchObject({ code: 'DOCUMENT_EMPTY' });
  });

  test('a folder with nothing to read is an error that says why', async () => {
    await expect(openDocuments([at('nothing')], config())).rejects.toMatchObject({ code: 'VALIDATION', message: expect.stringContaining('nothing can be read') });
    await expect(openDocuments([at('empty.txt'), at('large.txt')], config())).rejects.toMatchObject({ message: expect.stringContaining('the limit is 1000') });
  });

  test('more files than a question takes are refused', async () => {
    for (let i = 0; i <= 1_000; i++) put(`many/${i}.txt`, String(i));
    await expect(openDocuments([at('many')], config())).rejects.toMatchObject({ code: 'VALIDATION', details: { limit: 1_000 } });
  });

  test('many of a kind are told in one line, without control characters', () => {
    const skipped = Array.from({ length: 6 }, (_, i) => ({ name: `${i}\u001b.bin`, reason: 'kind' as const, why: 'it is not text' }));
    expect(skippedLines(skipped)).toEqual(['skipped 6 files of other kinds than text, Markdown, HTML, PDF, Word and EPUB, among them 0\ufffd.bin']);
  });
});

describe('arguments', () => {
  test('the last one is the question', () => {
    expect(pathsAndQuestion('ask', ['a', 'b', 'Who?'])).toEqual({ paths: ['a', 'b'], question: 'Who?' });
    for (const args of [['a'], ['a', ' '], [], ['a', folder]]) expect(() => pathsAndQuestion('ask', args)).toThrow('a question is missing');
  });

  test('with a file of questions there is none', () => {
    expect(pathsOnly([folder, '-'])).toEqual([folder, '-']);
    expect(() => pathsOnly([folder, 'Who?'])).toThrow('not both');
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
