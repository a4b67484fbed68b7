// Two real models at once: a tiny random one indexes and finds, the default model words the answers. And the other way round, where the
// reader is any file: one that no catalog knows and nobody measured.
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { CatalogEntry } from '@lectern/model';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, ceilingOf, isUncertain, loadAnswerModel, localReader, LOW_CEILING, readDocument, remoteReader, type AnswerModel, type AnswerPrompt, type ReadingPlan } from '../src/index.ts';
import { type CompletionServer, completionServer, streaming } from '../../../tests/support/completion-server.ts';
import { createLocalReader } from '../src/answer-model/local.ts';
import { tinyReader, type TinyReader } from './tiny-reader.ts';

const home = process.env['LECTERN_HOME'] ?? join(homedir(), '.lectern');
const TEXT = `${'The rooms were cold and nobody spoke of it. '.repeat(40)}\n\nThe bell of Saint Oswin was cast by the smith Ebba Vole in 1623. The tower burned later.\n\n${'It rained for many days on the hills. '.repeat(40)}`;
const OPTIONS = { question: 'Who cast the bell of Saint Oswin?', routes: ['bm25' as const], top: 8, mode: 'reread' as const, maxOutputTokens: 40 };

let tiny: TinyReader;
let reader: AnswerModel;
let plan: ReadingPlan;
beforeAll(async () => {
  tiny = await tinyReader();
  reader = localReader((await loadAnswerModel('smollm2-135m-instruct', { home, numThreads: 2, engines: ['native'] }))!);
  plan = await readDocument(tiny.ctx, { bytes: Buffer.from(TEXT), name: 'bells.txt' });
}, 300_000);
afterAll(() => tiny.remove());

describe('a reader beside a tiny index', () => {
  test('words the answer from what the index found', async () => {
    const deltas: string[] = [];
    const result = await ask({ ...tiny.ctx, reader }, [plan], { ...OPTIONS, onDelta: (text) => { deltas.push(text); } });
    expect(result).toMatchObject({ reader: 'smollm2-135m-instruct', finishReason: 'stop' });
    expect(result.answer).toMatch(/Vole/);
    expect(deltas.join('').trim()).toBe(result.answer);
    expect(result.citations[0].text).toContain('cast by the smith Ebba Vole');
    expect(TEXT.slice(result.citations[0].startChar, result.citations[0].endChar)).toBe(result.citations[0].text);
  });

  test('without it the index model answers for itself', async () => {
    expect(await ask(tiny.ctx, [plan], OPTIONS)).toMatchObject({ reader: 'tiny', uncertain: true });
  });

  test.each(['replay', 'sparse'] as const)('cannot take part in mode %s: the keys are the index model\'s own', async (mode) => {
    await expect(ask({ ...tiny.ctx, reader }, [plan], { ...OPTIONS, mode })).rejects.toMatchObject({ code: 'VALIDATION', message: expect.stringContaining('smollm2-135m-instruct') as string });
  });

  test('is cancelled by the same flag', async () => {
    const control = new Int32Array(new SharedArrayBuffer(8));
    const question = `Tell me all about this: ${OPTIONS.question.replace(/^\w+ /, '')}`; // a longer answer, which streams
    const asked = ask({ ...tiny.ctx, reader }, [plan], { ...OPTIONS, question, control, onDelta: () => { Atomics.store(control, 0, 1); } });
    await expect(asked).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
  });

  test('takes fewer hits where its window is small', async () => {
    const shown = async (contextLength: number): Promise<AnswerPrompt> => {
      let seen: AnswerPrompt | undefined;
      const told: AnswerModel = { ...reader, reads: 'passages', numHits: 8, contextLength, answer: async (prompt) => {
        seen = prompt;
        return { text: 'Ebba Vole', numTokens: 3, finishReason: 'stop' };
      } };
      await ask({ ...tiny.ctx, reader: told }, [plan], OPTIONS);
      return seen!;
    };
    const [few, many] = [await shown(300), await shown(8192)];
    expect(reader.countTokens(few)).toBeLessThanOrEqual(300 - OPTIONS.maxOutputTokens);
    expect(reader.countTokens(many)).toBeGreaterThan(300);
    expect(few.passages.map(({ text }) => text).join('')).toContain('Ebba Vole');
  });
});

describe('a file that no catalog knows', () => {
  const file = () => join(tiny.folder, 'tiny.gguf');

  test('can be a reader; its answers are uncertain until it is measured', async () => {
    const model = (await loadAnswerModel(file(), { home: tiny.folder, numThreads: 1, engines: ['reference'] }))!;
    const unknown = localReader(model);
    expect(unknown).toMatchObject({ id: expect.stringMatching(/^sha256-[0-9a-f]{40}$/) as string, ceiling: undefined, reads: 'sentence' });
    expect(await ask({ ...tiny.ctx, reader: unknown }, [plan], { ...OPTIONS, maxOutputTokens: 4 })).toMatchObject({ reader: unknown.id, uncertain: true });
    model.transformer.dispose();
  });

  test('is refused before it is loaded when its weights do not fit, and not loaded when it is the index model', async () => {
    const options = { home: tiny.folder, numThreads: 1, engines: ['reference' as const] };
    await expect(loadAnswerModel(file(), { ...options, maxBytes: 1000 })).rejects.toMatchObject({ code: 'DOES_NOT_FIT', details: { limitBytes: 1000 } });
    expect(await loadAnswerModel(file(), { ...options, isWanted: (id) => !id.startsWith('sha256-') })).toBeUndefined();
  });
});

describe('a remote reader beside a tiny index', () => {
  let server: CompletionServer;
  beforeAll(async () => { server = await completionServer(); });
  afterAll(() => server.close());

  test('is shown whole passages, and its answer is checked against the quotations', async () => {
    const remote = remoteReader({ url: server.url, model: 'big' });
    server.behave(streaming(['It was cast by ', 'Ebba Vole.']));
    const right = await ask({ ...tiny.ctx, reader: remote }, [plan], OPTIONS);
    expect(right).toMatchObject({ answer: 'It was cast by Ebba Vole.', supported: true, uncertain: false, reader: `big@${server.host}` });
    const content = server.seen[0].body.messages![0].content;
    expect(content).toContain('The tower burned later.');
    expect(content.match(/Passage/g)!.length).toBeGreaterThan(0);
    server.behave(streaming(['It was cast by Aldo Ferris.']));
    expect(await ask({ ...tiny.ctx, reader: remote }, [plan], OPTIONS)).toMatchObject({ supported: false, uncertain: false });
  });
});

test('what a reader is shown: as measured, else by its ceiling; several passages only to a strong one', () => {
  const shown = (reading: NonNullable<CatalogEntry['reading']> | undefined) => {
    const entry = { ...tiny.ctx.model.entry, ...(reading === undefined ? {} : { reading }) } as CatalogEntry;
    const { reads, numHits } = createLocalReader({ ...tiny.ctx.model, entry });
    return [reads, numHits];
  };
  expect(shown(undefined)).toEqual(['sentence', 3]);
  expect(shown({ ceiling: 0.35, numQuestions: 100 })).toEqual(['sentence', 3]);
  expect(shown({ ceiling: 0.5, numQuestions: 100, reads: 'passages' })).toEqual(['passages', 1]);
  expect(shown({ ceiling: 0.8, numQuestions: 100 })).toEqual(['passages', 8]);
  expect(shown({ ceiling: 0.8, numQuestions: 100, reads: 'sentence' })).toEqual(['sentence', 3]);
});

test('uncertain is who was measured low, and who was not measured', () => {
  expect([undefined, 0, LOW_CEILING - 0.01, LOW_CEILING, 1].map((ceilingLow) => isUncertain({ kind: 'local', ceilingLow }))).toEqual([true, true, true, false, false]);
  expect(isUncertain({ kind: 'remote', ceilingLow: undefined })).toBe(false);
  // The stored share is rounded: .698 of 96 are 67, whose interval begins at .5999, not 67.008, whose begins at .6.
  const { ceilingLow } = ceilingOf({ ...tiny.ctx.model.entry, reading: { ceiling: 0.698, numQuestions: 96 } } as CatalogEntry);
  expect(ceilingLow).toBeLessThan(LOW_CEILING);
});
