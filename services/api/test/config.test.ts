// When the API refuses to start, and whose key is whose.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { apiConfig } from '../src/config.ts';
import { findTenant } from '../src/http/api-keys.ts';

const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex');
const failureOf = (env: Record<string, string>): string => {
  try {
    apiConfig(env);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

test.each(['0.0.0.0', '::', '192.168.1.5', 'example.org', '127.0.0.1.example.org'])('HOST %s needs keys', (HOST) => {
  expect(failureOf({ HOST })).toContain('API_KEYS');
  expect(apiConfig({ HOST, API_KEYS: `a=${hashOf('k')}` }).HOST).toBe(HOST);
});

test.each(['127.0.0.1', '::1', 'localhost', '127.1.2.3'])('HOST %s needs none', (HOST) => {
  expect(apiConfig({ HOST }).API_KEYS).toEqual([]);
});

test('a malformed key entry is told by its place, not by its text', () => {
  const message = failureOf({ API_KEYS: `good=${hashOf('k')}, secret-key-in-clear` });
  expect(message).toContain('entry 2');
  expect(message).not.toContain('secret-key-in-clear');
});

test('all problems at once', () => {
  const message = failureOf({ PORT: '70000', JOB_TTL_S: '-1', LOG_LEVEL: 'loud', HOST: '0.0.0.0' });
  for (const name of ['PORT', 'JOB_TTL_S', 'LOG_LEVEL']) expect(message).toContain(name);
});

test('a key finds its tenant; a tenant may have several', () => {
  const { API_KEYS } = apiConfig({ API_KEYS: `a=${hashOf('one')},b=${hashOf('two')},a=${hashOf('three').toUpperCase()}` });
  expect(['one', 'two', 'three', 'four', ''].map((key) => findTenant(API_KEYS, key))).toEqual(['a', 'b', 'a', undefined, undefined]);
});
