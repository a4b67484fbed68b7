// Task data from the queue: newer versions are left to newer workers, broken ones refused.
import { askTaskSchema, TASK_VERSION } from '@lectern/shared';
import { expect, it } from 'vitest';
import { NotForThisWorker } from '../src/tasks/hand-back.ts';
import { parseTask } from '../src/tasks/task-data.ts';

it('takes what the schema allows', () => {
  const task = { v: TASK_VERSION, tenant: 'default', jobId: 'job_1' };
  expect(parseTask(askTaskSchema, task, TASK_VERSION)).toEqual(task);
});

it('takes tasks of the version before', () => {
  expect(parseTask(askTaskSchema, { v: 1, tenant: 'default', jobId: 'job_1' }, TASK_VERSION)).toMatchObject({ v: 1 });
});

it('leaves a newer version, whatever its shape, to others', () => {
  expect(() => parseTask(askTaskSchema, { v: TASK_VERSION + 1, who: 'knows' }, TASK_VERSION)).toThrow(NotForThisWorker);
});

it('refuses the rest with the field that is wrong', () => {
  expect(() => parseTask(askTaskSchema, { v: TASK_VERSION, tenant: 'default' }, TASK_VERSION)).toThrow(expect.objectContaining({ code: 'VALIDATION', message: expect.stringContaining('jobId') }));
  expect(() => parseTask(askTaskSchema, null, TASK_VERSION)).toThrow(expect.objectContaining({ code: 'VALIDATION' }));
});
