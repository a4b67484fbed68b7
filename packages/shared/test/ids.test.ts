// Ids: equal for equal things, different for different ones, and of the shape that routes, keys and BullMQ accept.
import { expect, test } from 'vitest';
import { documentIdOf, newJobId, readingIdOf } from '../src/ids.ts';
import { jobRequestSchema } from '../src/schema/job.ts';

test('job ids are in order of creation, unique, without a colon', async () => {
  const first = newJobId();
  await new Promise((resolve) => setTimeout(resolve, 2));
  const later = Array.from({ length: 1000 }, newJobId);
  expect(new Set(later).size).toBe(1000);
  for (const id of later) {
    expect(id).toMatch(/^job_[0-9a-z]{26}$/);
    expect(id > first).toBe(true);
  }
});

test('a document is its tenant, type and bytes', () => {
  const id = documentIdOf('a', 'text/plain', 'ff');
  expect(documentIdOf('a', 'text/plain', 'ff')).toBe(id);
  expect(new Set([id, documentIdOf('b', 'text/plain', 'ff'), documentIdOf('a', 'text/html', 'ff'), documentIdOf('a', 'text/plain', 'fe')]).size).toBe(4);
  expect(jobRequestSchema.parse({ document: id, task: 'read' }).document).toBe(id);
});

test('parts cannot be shifted between fields', () => {
  expect(readingIdOf('ab', 'c', 'm', 'index')).not.toBe(readingIdOf('a', 'bc', 'm', 'index'));
  expect(documentIdOf('a', '1:b', 'c')).not.toBe(documentIdOf('a1:', 'b', 'c'));
  expect(readingIdOf('a', 'd', 'm', 'index')).not.toBe(readingIdOf('a', 'd', 'm', 'all'));
});
