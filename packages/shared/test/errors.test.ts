// Errors as data, as problem documents, and back.
import { describe, expect, test } from 'vitest';
import { ERROR_CODES, type ErrorCode, errorFromData, errorToData, ServiceError } from '../src/errors.ts';
import { errorFromProblem, problemOf, problemSchema } from '../src/problem.ts';
import { asRedisUnavailable, hidePassword } from '../src/redis.ts';

describe('errors travel as data', () => {
  test('a ServiceError comes back with code, message and details', () => {
    const error = new ServiceError('DOCUMENT_TOO_LARGE', 'too big', { details: { limit: 1, actual: 2 } });
    const back = errorFromData(JSON.parse(JSON.stringify(errorToData(error))));
    expect(back).toMatchObject({ code: 'DOCUMENT_TOO_LARGE', message: 'too big', details: { limit: 1, actual: 2 }, status: 413, retryable: false });
  });

  test('a full disk is told by its code, whatever threw it; the rest is INTERNAL', () => {
    expect(errorToData(Object.assign(new Error('write'), { code: 'ENOSPC' })).code).toBe('DISK_FULL');
    expect(errorToData(Object.assign(new Error('write'), { code: 'EDQUOT' })).code).toBe('DISK_FULL');
    expect(errorToData(new TypeError('x'))).toEqual({ code: 'INTERNAL', message: 'x' });
    expect(errorToData('thrown text')).toEqual({ code: 'INTERNAL', message: 'thrown text' });
  });

  test('a code of a newer version is INTERNAL', () => {
    expect(errorFromData({ code: 'FROM_THE_FUTURE' as ErrorCode, message: 'm' })).toMatchObject({ code: 'INTERNAL', message: 'm' });
  });
});

describe('problem documents (RFC 9457)', () => {
  test.each(Object.keys(ERROR_CODES) as ErrorCode[])('%s goes out and comes back the same', (code) => {
    const error = new ServiceError(code, 'what happened', { details: { limit: 5, pages: [1, 2], note: null } });
    const problem = problemOf(error, { instance: '/v1/x', requestId: 'r1' });
    expect(problemSchema.parse(problem)).toMatchObject({ status: ERROR_CODES[code].status, code, detail: 'what happened', instance: '/v1/x', request_id: 'r1', retryable: ERROR_CODES[code].retryable, limit: 5, pages: [1, 2] });
    expect(problem.status).toBeGreaterThanOrEqual(400);
    const back = errorFromProblem(JSON.parse(JSON.stringify(problem)))!;
    expect(back.code).toBe(code);
    expect(back.details).toEqual({ limit: 5, pages: [1, 2], note: null, requestId: 'r1' });
  });

  test('details cannot pose as standard members', () => {
    const problem = problemOf(new ServiceError('NOT_FOUND', 'm', { details: { status: 200, code: 'OK', title: 'fine', limit: 1 } }));
    expect(problem).toMatchObject({ status: 404, code: 'NOT_FOUND', title: 'Not found', limit: 1 });
  });

  test.each([undefined, null, 'text', {}, { code: 'NOT_FOUND' }, { type: 't', title: 't', status: 404, detail: 'd', code: 'NOBODY_KNOWS', retryable: false }])('%j is none of ours', (body) => {
    expect(errorFromProblem(body)).toBeUndefined();
  });
});

describe('failures of Redis', () => {
  test.each([
    'Connection is closed.', 'Stream isn\'t writeable and enableOfflineQueue options is false', 'Command timed out', 'connect ECONNREFUSED 127.0.0.1:1',
    'LOADING Redis is loading the dataset in memory', 'OOM command not allowed when used memory > \'maxmemory\'.', 'READONLY You can\'t write against a read only replica.', 'NOAUTH Authentication required.',
    'MISCONF Redis is configured to save RDB snapshots, but it\'s currently unable to persist to disk.',
  ])('%s', (message) => {
    expect(asRedisUnavailable(new Error(message))).toMatchObject({ code: 'REDIS_UNAVAILABLE', status: 503 });
  });

  test.each(['ERR wrong number of arguments', 'WRONGTYPE Operation against a key', 'x is not a function'])('not %s: that is a mistake of ours', (message) => {
    const error = new Error(message);
    expect(asRedisUnavailable(error)).toBe(error);
  });

  test('passwords stay out of messages', () => {
    expect(hidePassword('redis://user:se/cret@host:1/0')).not.toContain('se/cret');
    expect(hidePassword('rediss://:secret@host')).toBe('rediss://:***@host');
    expect(hidePassword('redis://host:6379')).toBe('redis://host:6379');
  });
});
