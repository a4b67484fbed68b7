// A reader behind an OpenAI-compatible URL, against a real HTTP server that answers well, badly, slowly, or not at all.
import { inspect } from 'node:util';
import { createServer } from 'node:net';
import type { ServiceError } from '@lectern/shared';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readerUrl } from '../src/answer-model/remote/address.ts';
import { secondsToWait } from '../src/answer-model/remote/request.ts';
import { withoutThinking } from '../src/answer-model/thinking.ts';
import { isUncertain, probeReader, remoteReader, remoteReaderId } from '../src/index.ts';
import { type CompletionServer, completionServer, delta, event, failing, raw, streaming } from '../../../tests/support/completion-server.ts';

const KEY = 'sk-secret-0123456789';
const SSE = { 'Content-Type': 'text/event-stream' };
const prompt = { question: 'Where is the key?', passages: [{ trail: ['House', 'Keys'], text: 'The key is under the mat.' }, { trail: [], text: 'The cat sleeps.' }] };

let server: CompletionServer;
beforeAll(async () => { server = await completionServer(); });
afterAll(() => server.close());

const limits = { backoffMs: 5, maxAttempts: 3, headersTimeoutMs: 2_000, idleTimeoutMs: 2_000, totalTimeoutMs: 5_000, maxWaitMs: 1_500 };
const reader = (more: Partial<typeof limits> = {}, url = server.url) => remoteReader({ url, model: 'big-model', key: KEY, limits: { ...limits, ...more } });

async function answer(more: Partial<typeof limits> = {}, control?: Int32Array) {
  const deltas: string[] = [];
  const generated = await reader(more).answer(prompt, { maxOutputTokens: 40, control, onDelta: (text) => { deltas.push(text); } });
  return { ...generated, deltas };
}

/** What it failed with; the key is nowhere in it. */
async function failure(work: Promise<unknown>): Promise<ServiceError> {
  const error = await work.then(() => { throw new Error('it did not fail'); }, (reason: unknown) => reason);
  expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(KEY);
  return error as ServiceError;
}

describe('an answer', () => {
  test('streams, from the passages whole with their headings, the key in its header alone', async () => {
    server.behave(streaming(['Under ', 'the', ' mat.'], { usage: 7 }));
    expect(await answer()).toEqual({ text: 'Under the mat.', numTokens: 7, finishReason: 'stop', deltas: ['Under ', 'the', ' mat.'] });
    const [{ url, headers, body }] = server.seen;
    expect(url).toBe('/v1/chat/completions');
    expect(headers.authorization).toBe(`Bearer ${KEY}`);
    expect(body).toMatchObject({ model: 'big-model', max_tokens: 40, stream: true });
    const content = body.messages![0].content;
    for (const part of ['The key is under the mat.', 'House', 'Keys', 'The cat sleeps.', 'Where is the key?']) expect(content).toContain(part);
    expect(JSON.stringify(body)).not.toContain(KEY);
  });

  test('cut off by the limit says so; without usage its pieces are counted', async () => {
    server.behave(streaming(['Under', ' the'], { finishReason: 'length' }));
    expect(await answer()).toMatchObject({ text: 'Under the', numTokens: 2, finishReason: 'length' });
  });

  test('of a server that does not stream is taken whole', async () => {
    server.behave(raw({ 'Content-Type': 'application/json' }, JSON.stringify({ choices: [{ message: { content: ' Under the mat. ' }, finish_reason: 'stop' }], usage: { completion_tokens: 5 } })));
    expect(await answer()).toEqual({ text: 'Under the mat.', numTokens: 5, finishReason: 'stop', deltas: ['Under the mat.'] });
  });

  test('in pieces of single bytes, with CRLF, comments and characters of four bytes', async () => {
    const bytes = Buffer.from(`: hello\r\n\r\n${event(delta('Schlüssel 🔑 ')).replaceAll('\n', '\r\n')}${event(delta('配', 'stop'))}${event('[DONE]')}`);
    server.behave(async (res) => {
      res.writeHead(200, SSE);
      for (const byte of bytes) {
        res.write(Buffer.of(byte));
        if (byte > 127) await new Promise((resolve) => setTimeout(resolve, 1));
      }
      res.end();
    });
    expect(await answer()).toMatchObject({ text: 'Schlüssel 🔑 配' });
  });

  test('ends at [DONE] though the connection stays open', async () => {
    server.behave((res) => {
      res.writeHead(200, SSE);
      res.write(event(delta('Under the mat.', 'stop')) + event('[DONE]'));
    });
    expect(await answer()).toMatchObject({ text: 'Under the mat.' });
  });

  test('holds nothing of what the model thought before it', async () => {
    server.behave(streaming(['<th', 'ink>The mat? The pot?', '</thi', 'nk>\n\nUnder', ' the mat.']));
    expect(await answer()).toMatchObject({ text: 'Under the mat.', deltas: ['Under', ' the mat.'] });
  });
});

test('a model that takes only the newer name of the limit is asked by it, and from then on', async () => {
  const picky = failing(400, { error: { message: "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead." } });
  server.behave(picky, streaming(['fine']), streaming(['again']));
  const one = reader();
  expect(await one.answer(prompt, { maxOutputTokens: 40 })).toMatchObject({ text: 'fine' });
  expect(await one.answer(prompt, { maxOutputTokens: 41 })).toMatchObject({ text: 'again' });
  expect(server.seen.map(({ body }) => [body.max_tokens, (body as { max_completion_tokens?: number }).max_completion_tokens])).toEqual([[40, undefined], [undefined, 40], [undefined, 41]]);
  server.behave(picky);
  expect((await failure(reader().answer(prompt, { maxOutputTokens: 40 }))).code).toBe('READER_REFUSED');
  expect(server.seen.length).toBe(2);
});

describe('what may pass is tried again', () => {
  test.each([429, 500, 502, 503])('status %i', async (status) => {
    server.behave(failing(status, { error: { message: 'busy' } }), streaming(['fine']));
    expect(await answer()).toMatchObject({ text: 'fine' });
    expect(server.seen.length).toBe(2);
  });

  test('after as long as the server asks', async () => {
    server.behave(failing(429, '', { 'Retry-After': '1' }), streaming(['fine']));
    const started = performance.now();
    await answer();
    expect(performance.now() - started).toBeGreaterThan(950);
  });

  test('but a wait that is too long is left to the caller, with its length', async () => {
    server.behave(failing(429, { error: { message: 'quota' } }, { 'Retry-After': '3600' }));
    const error = await failure(answer());
    expect(error).toMatchObject({ code: 'READER_UNAVAILABLE', retryable: true, details: { status: 429, retryAfterSeconds: 3600 } });
    expect(server.seen.length).toBe(1);
  });

  test('a stream that broke off before any text', async () => {
    server.behave((res) => {
      res.writeHead(200, SSE);
      res.flushHeaders();
      setTimeout(() => res.destroy(), 20);
    }, streaming(['fine']));
    expect(await answer()).toMatchObject({ text: 'fine', deltas: ['fine'] });
  });

  test('at most so often', async () => {
    server.behave(failing(500, 'oh no'));
    expect(await failure(answer())).toMatchObject({ code: 'READER_UNAVAILABLE', message: expect.stringContaining('500: oh no') as string });
    expect(server.seen.length).toBe(3);
  });

  test('nobody listens', async () => {
    const free = createServer();
    const port = await new Promise<number>((resolve) => { free.listen(0, '127.0.0.1', () => resolve((free.address() as { port: number }).port)); });
    await new Promise((resolve) => { free.close(resolve); });
    const closed = reader({}, `http://127.0.0.1:${port}/v1`);
    expect(await failure(closed.answer(prompt, { maxOutputTokens: 8 }))).toMatchObject({ code: 'READER_UNAVAILABLE', message: expect.stringContaining('ECONNREFUSED') as string });
  });
});

describe('a stream that breaks off after text was handed on is not begun again:', () => {
  test.each(['end', 'reset'] as const)('%s', async (how) => {
    server.behave((res) => {
      res.writeHead(200, SSE);
      res.write(event(delta('Under')));
      setTimeout(() => (how === 'end' ? res.end() : res.destroy()), 20);
    });
    expect(await failure(answer())).toMatchObject({ code: 'READER_UNAVAILABLE', message: expect.stringContaining('broke off') as string });
    expect(server.seen.length).toBe(1);
  });

  test('an error in the stream', async () => {
    server.behave(raw(SSE, event(delta('Under')), event({ error: { message: `out of memory, ${KEY}` } })));
    expect(await failure(answer())).toMatchObject({ code: 'READER_UNAVAILABLE', message: expect.stringContaining('out of memory, ***') as string });
  });
});

describe('what will not pass is refused at once', () => {
  test.each([400, 401, 403, 404, 422])('status %i, in the server\'s words without the key', async (status) => {
    server.behave(failing(status, { error: { message: `no entry with ${KEY}\u001b[31m` } }));
    const error = await failure(answer());
    expect(error).toMatchObject({ code: 'READER_REFUSED', retryable: false, details: { status } });
    expect(error.message).toContain('no entry with ***');
    expect(error.message).not.toContain('\u001b');
    expect(server.seen.length).toBe(1);
  });

  test('a redirect is not followed: the key would go with it', async () => {
    server.behave(failing(307, '', { Location: 'http://example.invalid/v1' }));
    expect(await failure(answer())).toMatchObject({ code: 'READER_REFUSED', message: expect.stringContaining('redirect') as string });
  });

  test.each<[string, ReturnType<typeof raw>, string]>([
    ['a web page', raw({ 'Content-Type': 'text/html' }, '<html>'), 'text/html'],
    ['no content type', raw({}, 'x'), 'no content type'],
    ['bad JSON in the stream', raw(SSE, event('{"choices": [')), 'no JSON'],
    ['bad JSON as a whole', raw({ 'Content-Type': 'application/json' }, '{'), 'no JSON'],
    ['another JSON', raw({ 'Content-Type': 'application/json' }, '{"choices": []}'), 'no completion'],
    ['text that is a number', raw(SSE, event({ choices: [{ delta: { content: 7 } }] })), 'no completion'],
    ['a line without end', raw(SSE, 'data: ', 'x'.repeat(200_000), 'x'.repeat(200_000)), 'longer'],
    ['text without end', raw(SSE, ...Array.from({ length: 9 }, () => event(delta('x'.repeat(32_000))))), 'longer'],
    ['a body without end', raw({ 'Content-Type': 'application/json' }, ...Array.from({ length: 10 }, () => ' '.repeat(2 ** 20))), 'longer'],
  ])('%s', async (_, behaviour, said) => {
    server.behave(behaviour);
    expect(await failure(answer())).toMatchObject({ code: 'READER_REFUSED', message: expect.stringContaining(said) as string });
    expect(server.seen.length).toBe(1);
  });
});

describe('an end comes', () => {
  test('to silence before the answer', async () => {
    server.behave(() => {});
    expect(await failure(answer({ headersTimeoutMs: 100 }))).toMatchObject({ code: 'READER_UNAVAILABLE', message: expect.stringContaining('0.1 s') as string });
  });

  test('to silence within it', async () => {
    server.behave((res) => {
      res.writeHead(200, SSE);
      res.write(event(delta('Under')));
    });
    expect(await failure(answer({ idleTimeoutMs: 100 }))).toMatchObject({ code: 'READER_UNAVAILABLE', message: expect.stringContaining('silent') as string });
  });

  test('to one that never falls silent and never ends', async () => {
    server.behave((res) => {
      res.writeHead(200, SSE);
      const timer = setInterval(() => res.write(': still here\n\n'), 20);
      res.on('close', () => clearInterval(timer));
    });
    expect(await failure(answer({ totalTimeoutMs: 200 }))).toMatchObject({ code: 'READER_UNAVAILABLE' });
  });

  test('by a cancel, which the server sees', async () => {
    const control = new Int32Array(new SharedArrayBuffer(8));
    server.behave((res) => {
      res.writeHead(200, SSE);
      res.write(event(delta('Under')));
      setTimeout(() => Atomics.store(control, 0, 1), 20);
    });
    expect(await failure(answer({}, control))).toMatchObject({ code: 'JOB_CANCELLED' });
    await expect.poll(() => server.numAborted).toBe(1);
  });

  test('by a cancel during a wait between attempts', async () => {
    const control = new Int32Array(new SharedArrayBuffer(8));
    server.behave((res) => {
      setTimeout(() => Atomics.store(control, 0, 1), 20);
      return failing(503, '', { 'Retry-After': '1' })(res, server.seen[0]);
    });
    expect(await failure(answer({}, control))).toMatchObject({ code: 'JOB_CANCELLED' });
    expect(server.seen.length).toBe(1);
  });
});

describe('settings', () => {
  test('name it, and never count its answers as uncertain', () => {
    expect(remoteReaderId({ url: 'https://api.example.com/v1/', model: 'big/model:7b' })).toBe('big/model:7b@api.example.com');
    expect(reader()).toMatchObject({ id: `big-model@${server.host}`, kind: 'remote', reads: 'passages', contextLength: 8192 });
    expect(isUncertain(reader())).toBe(false);
  });

  test('a prompt in any script counts at least as many tokens as it has three bytes', () => {
    expect(reader().countTokens({ question: '問', passages: [{ trail: [], text: '字'.repeat(3000) }] })).toBeGreaterThan(3000);
  });

  test.each(['http://127.0.0.1:8000/v1', 'http://localhost/v1', 'http://[::1]:1/v1', 'http://10.1.2.3/', 'http://192.168.0.9:11434/v1', 'http://172.20.0.2/', 'http://[fd00::1]/v1', 'http://ollama:11434/v1', 'http://llm.local/v1', 'https://8.8.8.8/v1'])('%s is taken', (url) => {
    expect(readerUrl(url).href).toContain('//');
  });

  test.each([
    ['http://api.example.com/v1', 'in the clear'], ['http://8.8.8.8/v1', 'in the clear'], ['http://172.32.0.1/', 'in the clear'], ['http://2130706433.example/', 'in the clear'],
    ['ftp://127.0.0.1/', 'ftp:'], ['file:///etc/passwd', 'file:'], ['nonsense', 'cannot be parsed'], [`https://user:${KEY}@api.example.com/v1`, 'user or password'],
  ])('%s is refused', (url, said) => {
    let error: unknown;
    try {
      readerUrl(url);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: 'VALIDATION', message: expect.stringContaining(said) as string });
    expect(String(error)).not.toContain(KEY);
  });

  test.each([{ key: `${KEY}\r\nX-Evil: 1` }, { key: `${KEY}ü` }, { model: '' }, { model: 'two words' }])('%j is refused without being repeated', async (wrong) => {
    expect((await failure(Promise.resolve().then(() => remoteReader({ url: server.url, model: 'm', ...wrong })))).code).toBe('VALIDATION');
  });
});

describe('a probe', () => {
  test.each([[200, undefined], [403, undefined], [404, undefined], [401, 'READER_REFUSED'], [500, 'READER_UNAVAILABLE'], [307, 'READER_REFUSED']])('of status %i: %s', async (status, code) => {
    server.behave(failing(status, { error: { message: `wrong: ${KEY}` } }, status === 307 ? { Location: '/elsewhere' } : {}));
    const probed = probeReader({ url: server.url, key: KEY });
    if (code === undefined) await probed;
    else expect((await failure(probed)).code).toBe(code);
    expect(server.seen).toMatchObject([{ url: '/v1/models', headers: { authorization: `Bearer ${KEY}` } }]);
  });

  test('of an address where nobody listens', async () => {
    expect((await failure(probeReader({ url: 'http://127.0.0.1:9/v1', key: KEY }))).code).toBe('READER_UNAVAILABLE');
  });
});

test('Retry-After is seconds or a date', () => {
  const wait = (value: string) => secondsToWait(new Headers({ 'Retry-After': value }), Date.parse('2026-01-01T00:00:00Z'));
  expect([wait('7'), wait('Thu, 01 Jan 2026 00:00:30 GMT'), wait('Thu, 01 Jan 2020 00:00:00 GMT'), wait('soon')]).toEqual([7, 30, 0, undefined]);
  expect(secondsToWait(new Headers())).toBeUndefined();
});

test.each([
  ['<think>a</think> b', 'b'], ['<thi', ''], ['', ''], ['<think>a', ''], ['a <think>b</think>', 'a <think>b</think>'], ['<thing>', '<thing>'], ['\n<think>\n</think>\n\nb ', 'b '],
])('of %j the answer is %j', (text, visible) => {
  expect(withoutThinking(text)).toBe(visible);
});
