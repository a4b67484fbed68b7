// A stronger reader beside the small index, as a person uses it: ./lectern with --reader and a server that speaks the OpenAI protocol.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CompletionServer, completionServer, failing, streaming, type Behaviour } from '../support/completion-server.ts';
import { TestHome, processesOf } from './lectern.ts';

const KEY = 'sk-e2e-0123456789';
const QUESTION = 'What is the mayor of Ellwick called?';
let home: TestHome;
let file: string;
let server: CompletionServer;
let remote: string[];
beforeAll(async () => {
  server = await completionServer();
  remote = ['--reader', server.url, '--reader-model', 'big'];
  home = await TestHome.create();
  file = home.file('a.txt', 'The mayor of Ellwick is called Thomas Brandt.\n');
});
afterAll(async () => {
  home?.remove();
  await server?.close();
});

/** As a real server does: only the right key is let in. */
const guarded = (inside: Behaviour): Behaviour => (res, request) =>
  (request.headers.authorization === `Bearer ${KEY}` ? inside : failing(401, { error: { message: `bad key ${request.headers.authorization}` } }))(res, request);
/** One that tells its list of models to everyone. */
const halfGuarded = (inside: Behaviour): Behaviour => (res, request) => (request.url.endsWith('/models') ? failing(404) : guarded(inside))(res, request);

const env = { LECTERN_READER_KEY: KEY };
interface Answer { answer: string; supported: boolean; uncertain: boolean; reader: string; figures: { chunksEncoded: number } }

test('without one the quotation leads, the answer is uncertain, and the way to a better one is told', async () => {
  const { stdout } = await home.run(['ask', file, QUESTION]);
  expect(stdout).toMatch(/^The passage that fits best:\n\[1\] a\.txt, line 1, .*\n {4}"The mayor of Ellwick is called Thomas Brandt\."\n\nThe model smollm2-135m-instruct answers \(uncertain.*\): .*Brandt/);
  expect(stdout).toContain('--reader');
});

test('with one its answer leads, from the same reading; the key is in no file and no command line', async () => {
  server.behave(guarded(streaming(['Thomas ', 'Brandt.'])));
  const running = home.start(['ask', file, QUESTION, ...remote, '--json'], { env });
  const cmdlines = new Set<string>();
  const watch = setInterval(() => {
    for (const pid of processesOf(home.folder)) {
      try {
        cmdlines.add(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
      } catch {} // ended meanwhile
    }
  }, 100);
  const { stdout, stderr } = await running.ended;
  clearInterval(watch);
  expect(JSON.parse(stdout) as Answer, stderr).toMatchObject({ answer: 'Thomas Brandt.', supported: true, uncertain: false, reader: `big@${server.host}`, figures: { chunksEncoded: 0 } });
  expect([...cmdlines].join('\n')).toContain('worker');
  expect([...cmdlines].join('\n')).not.toContain(KEY);
  for (const path of filesOf(home.folder)) expect(readFileSync(path, 'latin1'), path).not.toContain(KEY);
  expect((await home.run(['ask', file, QUESTION, ...remote], { env })).stdout).toMatch(/^Thomas Brandt\.\n\n\[1\] a\.txt/);
});

test('a service that runs serves both: only who asked for the reader gets it, and a corrected key is taken', async () => {
  server.behave(halfGuarded(streaming(['Thomas Brandt.'])));
  const up = home.start(['up', '--port', '0']);
  await up.printed(/http:/);
  const wrong = await home.run(['ask', file, QUESTION, ...remote], { env: { LECTERN_READER_KEY: 'sk-wrong-key' } });
  expect(wrong.status).toBe(1);
  expect(wrong.stderr).toContain('READER_REFUSED');
  expect(wrong.stderr).not.toContain('sk-wrong-key');
  expect(await home.json<Answer>(['ask', file, QUESTION, ...remote], { env })).toMatchObject({ reader: `big@${server.host}` });
  server.behave(streaming(['no']));
  expect(await home.json<Answer>(['ask', file, QUESTION])).toMatchObject({ reader: 'smollm2-135m-instruct', uncertain: true });
  expect(server.seen).toEqual([]);
  up.interrupt();
  expect((await up.ended).status).toBe(0);
  for (const path of filesOf(home.folder)) expect(readFileSync(path, 'latin1'), path).not.toMatch(/sk-(e2e|wrong)/);
});

test('up with a reader gives it to all who name none', async () => {
  server.behave(guarded(streaming(['Thomas Brandt.'])));
  const up = home.start(['up', '--port', '0', ...remote], { env });
  await up.printed(/http:/);
  expect(await home.json<Answer>(['ask', file, QUESTION])).toMatchObject({ reader: `big@${server.host}`, uncertain: false });
  up.interrupt();
  await up.ended;
});

test('doctor asks whether it is there', async () => {
  server.behave(guarded((res) => { res.writeHead(200, { 'Content-Type': 'application/json' }).end('{"data":[]}'); }));
  expect((await home.run(['doctor', ...remote], { env })).stdout).toMatch(new RegExp(`ok +reader: big@${server.host}`));
  const refused = await home.run(['doctor', ...remote], { env: { LECTERN_READER_KEY: 'sk-wrong-key' } });
  expect(refused.stdout).toMatch(/MISSING reader: .* 401: bad key Bearer \*\*\*/);
  expect((await home.run(['doctor'])).stdout).toMatch(/ok +reader: smollm2-135m-instruct .*uncertain/);
});

test.each([
  [['--reader', 'http://127.0.0.1:1/v1'], 2, '--reader-model'],
  [['--reader-model', 'big'], 2, 'give the URL with --reader'],
  [['--reader', 'smollm2-135m-instruct', '--mode', 'sparse'], 2, '--mode sparse'],
  [['--model', 'a', '--index-model', 'b'], 2, 'another name'],
  [['--reader', 'http://llm.example.com/v1', '--reader-model', 'big'], 1, 'in the clear'],
  [['--reader', 'no-such-model'], 1, 'no-such-model'],
  [['--reader', 'http://127.0.0.1:1/v1', '--reader-model', 'big'], 1, 'READER_UNAVAILABLE'],
])('%j: status %i', async (args, status, said) => {
  const run = await home.run(['ask', file, QUESTION, ...args]);
  expect(run.stderr).toContain(said);
  expect(run.status).toBe(status);
});

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('/models'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => statSync(path).size < 16 * 2 ** 20);
}
