// Readers as the API sees them: which a job may name, and how they are listed.
import { jobRequestSchema, type WorkerAnnouncement } from '@lectern/shared';
import { describe, expect, test } from 'vitest';
import { checkReader } from '../src/jobs/check-reader.ts';
import { modelsOf } from '../src/service/models.ts';

const facts = { name: 'n', sha256: 'x', contextLength: 8192, numLayers: 1, numHeads: 1, numKvHeads: 1, retrievalLayer: 0 };
const worker = (id: string, model: string, readers?: WorkerAnnouncement['readers']): WorkerAnnouncement => ({
  id, startedAt: '2026-01-01T00:00:00Z', engine: 'native', device: 'avx2', models: [{ id: model, ...facts }], readThreads: 1, askThreads: 1, residentBytes: 1, memoryLimitBytes: 2,
  ...(readers === undefined ? {} : { readers }),
});
const own = { id: 'small', kind: 'local', name: 'Small', contextLength: 8192, ceiling: 0.35, uncertain: true, isDefault: false } as const;
const big = { id: 'big@llm.example', kind: 'remote', name: 'big', contextLength: 8192, uncertain: false, isDefault: true } as const;
const workers = [worker('a', 'small', [big, own]), worker('b', 'small', [{ ...own, isDefault: true }]), worker('c', 'other')];
const request = (more: object) => jobRequestSchema.parse({ document: `doc_${'a'.repeat(40)}`, question: 'Why?', ...more });

describe('a job may name', () => {
  test.each(['big@llm.example', 'small'])('%s, which a worker of its model announces', (reader) => {
    expect(() => checkReader(request({ reader }), 'small', workers)).not.toThrow();
  });

  test('any while no worker is there: the job waits', () => {
    expect(() => checkReader(request({ reader: 'later' }), 'small', [])).not.toThrow();
  });

  test('the model itself, also of a worker that announces no readers', () => {
    expect(() => checkReader(request({ reader: 'other' }), 'other', workers)).not.toThrow();
  });
});

describe('refused is', () => {
  test.each([
    ['a URL', 'small', { reader: 'http://169.254.169.254/latest' }, 'big@llm.example'], ['a path', 'small', { reader: '/etc/passwd' }, 'no worker'],
    ['another model\'s reader', 'other', { reader: 'big@llm.example' }, 'there is other'],
    ['a reader beside sparse', 'small', { reader: 'big@llm.example', mode: 'sparse' }, 'sparse'], ['a reader beside replay', 'small', { reader: 'big@llm.example', mode: 'replay' }, 'mode replay'], ['a reader of a search', 'small', { reader: 'small', task: 'search' }, 'search'],
  ])('%s', (_, model, more, said) => {
    let error: unknown;
    try {
      checkReader(request(more), model, workers);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: 'VALIDATION', message: expect.stringContaining(said) as string });
  });
});

test('models are listed once, with all their readers', () => {
  const models = modelsOf(workers, 'small');
  expect(models.map(({ id, numWorkers, isDefault }) => [id, numWorkers, isDefault])).toEqual([['small', 2, true], ['other', 1, false]]);
  expect(models[0].readers).toEqual([{ ...big, numWorkers: 1 }, { ...own, isDefault: true, numWorkers: 2 }]);
  expect(models[1].readers).toEqual([]);
});
