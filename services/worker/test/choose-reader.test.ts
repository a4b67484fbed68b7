// Which reader answers which job, and the settings that name one.
import { jobRequestSchema } from '@lectern/shared';
import { describe, expect, test } from 'vitest';
import { workerConfig } from '../src/config.ts';
import { readerFor } from '../src/tasks/choose-reader.ts';

const fact = (id: string) => ({ id, kind: 'local' as const, name: id, contextLength: 8192, uncertain: false });
const parts = (ids: readonly string[], env: Record<string, string> = {}) =>
  ({ model: { id: 'small', readers: ids.map(fact) } as never, config: workerConfig(env) });
const job = (more: object = {}) => ({ id: 'job_1', request: jobRequestSchema.parse({ document: `doc_${'a'.repeat(40)}`, question: 'Why?', ...more }) });

describe('a worker with a reader of its own', () => {
  const both = parts(['big', 'small']);
  test.each<[string, object, string]>([
    ['that names none', {}, 'big'], ['that names it', { reader: 'big' }, 'big'], ['that names the index model', { reader: 'small' }, 'small'],
    ['of sparse mode', { mode: 'sparse' }, 'small'], ['of replay mode', { mode: 'replay' }, 'small'],
  ])('answers a job %s', (_, more, id) => {
    expect(readerFor(both, job(more))).toBe(id);
  });

  test('keeps it for those who name it, when told so', () => {
    const onRequest = parts(['big', 'small'], { READER_ON_REQUEST: '1' });
    expect([readerFor(onRequest, job()), readerFor(onRequest, job({ reader: 'big' }))]).toEqual(['small', 'big']);
  });

  test('hands back a job for another reader, and says why', () => {
    expect(() => readerFor(both, job({ reader: 'other' }))).toThrow('job job_1 wants the reader other, this worker has big, small');
  });

  test('does not look for the reader of a search', () => {
    expect(readerFor(both, job({ reader: 'other', task: 'search' }))).toBe('other');
  });
});

describe('settings', () => {
  test('of a reader: none, an id, a path, a URL with its model', () => {
    expect(workerConfig({}).READER).toBeUndefined();
    for (const env of [{ READER: 'gemma-3-270m' }, { READER: '/models/a.gguf' }, { READER: 'https://llm.example/v1', READER_MODEL: 'm', READER_KEY: 'k' }]) {
      expect(workerConfig(env)).toMatchObject(env);
    }
    expect(workerConfig({}).READER_WINDOW).toBe(8192);
  });

  test.each([
    [{ READER: 'https://llm.example/v1' }, 'READER_MODEL'], [{ READER: 'http://llm.example/v1', READER_MODEL: 'm' }, 'in the clear'],
    [{ READER: 'https://u:secret@llm.example/v1', READER_MODEL: 'm' }, 'user or password'], [{ READER_WINDOW: '10' }, 'READER_WINDOW'],
  ])('%j is refused', (env, said) => {
    let error: unknown;
    try {
      workerConfig(env as unknown as Record<string, string>);
    } catch (thrown) {
      error = thrown;
    }
    expect(String(error)).toContain(said);
    expect(String(error)).not.toContain('secret');
  });
});
