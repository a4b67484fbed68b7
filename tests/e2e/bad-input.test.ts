// Wrong input: each case a code, a sentence, and an exit status; nothing is left running.
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makePdf } from '../../packages/reader/test/make-pdf.ts';
import { type RunOptions, TestHome, processesOf } from './lectern.ts';

let home: TestHome;
let text: string;
beforeAll(async () => {
  home = await TestHome.create();
  text = home.file('text.txt', 'Some words to read.\n');
});
afterAll(() => home?.remove());

interface Case {
  name: string;
  args: () => string[];
  code: string;
  says: string | RegExp;
  status?: number;
  options?: () => RunOptions;
}

async function expectFailure({ args, code, says, status = 1, options }: Case): Promise<void> {
  const run = await home.run([...args(), '--json'], options?.());
  expect(run.stderr).not.toBe('');
  const error = JSON.parse(run.stderr.trim().split('\n').at(-1) ?? '') as { code: string; message: string };
  expect(error.code, error.message).toBe(code);
  expect(error.message).toMatch(says);
  expect(run.status).toBe(status);
  expect(run.stdout).toBe('');
  expect(processesOf(home.folder)).toEqual([]);
}

const emptyFolder = (): string => {
  const path = join(home.folder, 'files', 'empty');
  mkdirSync(path, { recursive: true });
  return path;
};
const wrongEncoding = (): Uint8Array => Buffer.concat([Buffer.from('Words, then a broken sequence: '), Buffer.from([0xc3, 0x28, 0xa0, 0xa1, 0xff, 0x81, 0x8d]), Buffer.from(' and on.\n'.repeat(20))]);

const usage: Case[] = [
  { name: 'no question', args: () => ['ask', text], code: 'USAGE', says: 'question is missing', status: 2 },
  { name: 'blank question', args: () => ['ask', text, '  '], code: 'USAGE', says: 'question is missing', status: 2 },
  { name: 'fetching a path', args: () => ['models', 'fetch', './x.gguf'], code: 'USAGE', says: 'is a path', status: 2 },
  { name: 'no document', args: () => ['ask'], code: 'USAGE', says: 'file', status: 2 },
  { name: 'unknown option', args: () => ['ask', text, 'q', '--colour', 'red'], code: 'USAGE', says: '--colour', status: 2 },
  { name: 'unknown command', args: () => ['aks', text], code: 'USAGE', says: 'aks', status: 2 },
  { name: 'unknown route', args: () => ['ask', text, 'q', '--routes', 'attention,magic'], code: 'USAGE', says: 'magic', status: 2 },
  { name: '--top out of range', args: () => ['search', text, 'q', '--top', '0'], code: 'USAGE', says: '1 to 100', status: 2 },
  { name: 'question and questions', args: () => ['ask', text, 'q', '--questions', text], code: 'USAGE', says: 'not both', status: 2 },
];

const files: Case[] = [
  { name: 'missing file', args: () => ['ask', '/nowhere/book.txt', 'q'], code: 'NOT_FOUND', says: 'no such file' },
  { name: 'folder with nothing in it', args: () => ['ask', emptyFolder(), 'q'], code: 'VALIDATION', says: /nothing can be read in the folder/ },
  { name: 'empty file', args: () => ['ask', home.file('empty.txt', ''), 'q'], code: 'DOCUMENT_EMPTY', says: 'empty' },
  { name: 'empty standard input', args: () => ['ask', '-', 'q'], code: 'DOCUMENT_EMPTY', says: 'empty' },
  { name: 'binary file', args: () => ['ask', home.file('b.txt', new Uint8Array(2_000).map((_, i) => i * 7)), 'q'], code: 'DOCUMENT_BINARY', says: 'NUL' },
  { name: 'ZIP archive', args: () => ['ask', home.file('b.zip', Buffer.from('PK\u0003\u0004rest')), 'q'], code: 'UNSUPPORTED_MEDIA_TYPE', says: 'ZIP' },
  { name: 'old Word file', args: () => ['ask', home.file('b.doc', Buffer.from('d0cf11e0a1b11ae1', 'hex')), 'q'], code: 'UNSUPPORTED_MEDIA_TYPE', says: 'old Office file' },
  { name: 'damaged Word file', args: () => ['ask', home.file('b.docx', Buffer.from('PK\u0003\u0004rest')), 'q'], code: 'DOCUMENT_UNREADABLE', says: 'archive is refused' },
  {
    name: 'huge file', args: () => ['ask', home.file('big.txt', 'word '.repeat(1_000)), 'q'], options: () => ({ env: { MAX_DOCUMENT_BYTES: '1000' } }),
    code: 'DOCUMENT_TOO_LARGE', says: /5000 .*1000/,
  },
  { name: 'questions that are no JSON', args: () => ['ask', text, '--questions', home.file('q.jsonl', 'what?\n')], code: 'BAD_JSON', says: 'line 1' },
];

const read: Case[] = [
  { name: 'wrong encoding', args: () => ['ask', home.file('enc.txt', wrongEncoding()), 'q'], code: 'DOCUMENT_ENCODING', says: /UTF-8|encod/i },
  { name: 'only spaces', args: () => ['ask', home.file('spaces.txt', ' \n\n \n'), 'q'], code: 'DOCUMENT_EMPTY', says: /text|empty/ },
  {
    name: 'encrypted PDF', args: () => ['ask', home.file('locked.pdf', makePdf([{ lines: [{ text: 'secret', y: 700 }] }], { password: 'open sesame' })), 'q'],
    code: 'DOCUMENT_ENCRYPTED', says: 'password',
  },
  {
    name: 'PDF of images', args: () => ['ask', home.file('scan.pdf', makePdf([{ lines: [] }, { lines: [] }, { lines: [] }])), 'q'],
    code: 'DOCUMENT_NO_TEXT_LAYER', says: /1.*3/,
  },
  { name: 'broken PDF', args: () => ['ask', home.file('broken.pdf', '%PDF-1.7\nnothing follows'), 'q'], code: 'DOCUMENT_UNREADABLE', says: /PDF/ },
];

const models: Case[] = [
  { name: 'fetching an unknown model', args: () => ['models', 'fetch', 'nope'], code: 'MODEL_UNKNOWN', says: 'smollm2-135m-instruct, gemma-3-270m' },
  { name: 'unknown model', args: () => ['ask', text, 'q', '--model', 'gpt-99'], code: 'MODEL_UNKNOWN', says: 'gpt-99' },
  { name: 'missing model file', args: () => ['ask', text, 'q', '--model', './nowhere.gguf'], code: 'MODEL_UNKNOWN', says: 'nowhere.gguf' },
  { name: 'model that is a text', args: () => ['ask', text, 'q', '--model', home.file('fake.gguf', 'not a model')], code: 'MODEL_FILE_INVALID', says: /GGUF|magic|bytes/i },
  {
    name: 'model with hostile metadata', args: () => ['ask', text, 'q', '--model', home.file('hostile.gguf', hostileModel())],
    code: 'MODEL_FILE_INVALID', says: /.+/,
  },
];

/** Says that it holds 2^60 tensors and a string of 2^62 bytes. */
function hostileModel(): Buffer {
  const head = Buffer.alloc(64);
  head.write('GGUF', 0, 'latin1');
  head.writeUInt32LE(3, 4);
  head.writeBigUInt64LE(1n << 60n, 8);
  head.writeBigUInt64LE(1n, 16);
  head.writeBigUInt64LE(1n << 62n, 24);
  return head;
}

describe('the command line', () => { test.each(usage)('$name', expectFailure); });
describe('files', () => { test.each(files)('$name', expectFailure); });
describe('documents that the worker refuses', () => { test.each(read)('$name', expectFailure); });
describe('models', () => { test.each(models)('$name', expectFailure); });

test('a model whose checksum is wrong, offline', async () => {
  rmSync(join(home.folder, 'models'));
  const file = join(home.folder, 'models', 'smollm2-135m-instruct', 'SmolLM2-135M-Instruct.Q4_1.gguf');
  mkdirSync(dirname(file), { recursive: true });
  home.file('../models/smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf', 'tampered');
  await expectFailure({ name: '', args: () => ['ask', text, 'q'], options: () => ({ env: { OFFLINE: '1' } }), code: 'MODEL_CHECKSUM_MISMATCH', says: 'SHA-256' });
});

test('no Redis at REDIS_URL', async () => {
  const fresh = await TestHome.create();
  try {
    const run = await fresh.run(['ask', text, 'q', '--json'], { env: { REDIS_URL: 'redis://user:secret@127.0.0.1:1' } });
    expect(JSON.parse(run.stderr)).toMatchObject({ code: 'REDIS_UNAVAILABLE' });
    expect(run.stderr).not.toContain('secret');
    expect(run.status).toBe(1);
    expect(processesOf(fresh.folder)).toEqual([]);
  } finally {
    fresh.remove();
  }
});
