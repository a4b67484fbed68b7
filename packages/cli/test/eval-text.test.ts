// What suites are made with: offsets, passages, cuts, sizes, checksums.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '@lectern/reader';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readPublicFile, takePublicFiles } from '../src/eval/data/public-file.ts';
import { DocumentBuilder } from '../src/eval/text/builder.ts';
import { codePointsOf } from '../src/eval/text/code-points.ts';
import { cutToTokens } from '../src/eval/text/cut.ts';
import { Sizer } from '../src/eval/text/fit.ts';
import { passageAround } from '../src/eval/text/passage-around.ts';
import { sample, uuid } from '../src/eval/text/seeded.ts';

test('code points before any unit', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.nat(), (text, n) => {
    const characters = [...text];
    const i = characters.length === 0 ? 0 : n % (characters.length + 1);
    expect(codePointsOf(text)(characters.slice(0, i).join('').length)).toBe(i);
  }));
});

test('a document built from parts says where they stand', () => {
  const document = new DocumentBuilder();
  document.add('One 😀 first. ');
  const range = document.add('The key is 7.');
  document.add(' And 😀 more.');
  const built = document.build();
  const [{ start, end }] = built.gold([range]) as [{ start: number; end: number }];
  expect([...built.text].slice(start, end).join('')).toBe('The key is 7.');
  expect(built.passage([range])).toBe(built.text);
});

test('a passage has whole sentences around its place', () => {
  const filler = 'Some men sat down. ';
  const text = `${filler.repeat(40)}The key is 7. ${filler.repeat(40)}`;
  const start = text.indexOf('7');
  const passage = passageAround(text, { start, end: start + 1 });
  expect(passage).toMatch(/^Some men sat down\. .*The key is 7\. .*Some men sat down\.$/s);
  expect(passage.length).toBeGreaterThan(400);
  expect(passage.length).toBeLessThan(620);
  expect(passageAround('{"a": "b"}', { start: 7, end: 8 })).toBe('{"a": "b"}');
});

test('a cut ends with the last whole line that fits', () => {
  const words = (text: string): number => text.split(/\s+/u).filter((word) => word !== '').length;
  const text = Array.from({ length: 50 }, (_, i) => `line ${i} of it`).join('\n');
  expect(cutToTokens(text, 42, words)).toBe(text.slice(0, text.indexOf('\nline 10')));
  expect(cutToTokens(text, 200, words)).toBe(text);
  expect(() => cutToTokens(text, 300, words)).toThrow('the text has 200 tokens, 300 were asked for');
});

test('the largest number of units within the limit, and fewer where a sample is longer', () => {
  const sizer = new Sizer(100);
  const fit = (perUnit: number) => sizer.fit({ step: 5, build: (units) => units, tokensOf: (units) => units * perUnit });
  expect(fit(2)).toBe(50);
  expect(fit(3)).toBe(30);
  expect(() => fit(40)).toThrow('nothing fits');
});

test('samples differ from each other; uuids are of version 4', () => {
  const random = createRandom(3);
  const chosen = sample([1, 2, 3, 4, 5], 5, random);
  expect([...chosen].sort()).toEqual([1, 2, 3, 4, 5]);
  for (let i = 0; i < 20; i++) expect(uuid(random)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('a public file is fetched once, never with another checksum, never larger than it may be', async () => {
  const content = 'a small data set\n';
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/gone' ? 404 : 200).end(content);
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const folder = mkdtempSync(join(tmpdir(), 'lectern-eval-'));
  const options = { dataFolder: join(folder, 'data'), say: () => {} };
  const file = { path: 'sub/set.txt', url: `${base}/set.txt`, sha256: createHash('sha256').update(content).digest('hex'), maxBytes: 100 };
  try {
    await expect(readPublicFile({ ...file, sha256: '0'.repeat(64) }, options)).rejects.toThrow(/has SHA-256 .* expected 0000/);
    await expect(readPublicFile({ ...file, maxBytes: 5 }, options)).rejects.toThrow('more than 5 bytes');
    await expect(readPublicFile({ ...file, url: `${base}/gone` }, options)).rejects.toThrow(/could not fetch .*gone \(status 404\).*LECTERN_EVAL_DATA/);
    expect(existsSync(join(options.dataFolder, file.path))).toBe(false);
    expect(await readPublicFile(file, options)).toBe(content);
    server.close();
    server.closeAllConnections();
    expect(await readPublicFile(file, options)).toBe(content);
    const taken = { ...file, path: 'other.txt' };
    mkdirSync(join(folder, 'given'));
    writeFileSync(join(folder, 'given', 'other.txt'), 'something else');
    expect(() => takePublicFiles([taken], join(folder, 'given'), options.dataFolder)).toThrow('has SHA-256');
    writeFileSync(join(folder, 'given', 'other.txt'), content);
    takePublicFiles([taken], join(folder, 'given'), options.dataFolder);
    expect(await readPublicFile(taken, options)).toBe(content);
  } finally {
    server.close();
    rmSync(folder, { recursive: true });
  }
});
