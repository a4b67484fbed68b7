// .env.example against the schemas of all three programs: the same variables, and the defaults it claims.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { apiConfigSchema } from '@lectern/api';
import { workerConfigSchema } from '@lectern/worker';
import { expect, test } from 'vitest';
import { cliConfigSchema } from '../src/config.ts';

/** Read by no schema: the instruction set, the precision and the back end by the engines' loaders, the rest by scripts. */
const OTHERS = ['LECTERN_ISA', 'LECTERN_PRECISION', 'TFJS_BACKEND', 'TFJS_DIR', 'LECTERN_NO_INSTALL'];
const SCHEMAS = { api: apiConfigSchema, worker: workerConfigSchema, cli: cliConfigSchema };

const text = readFileSync(fileURLToPath(new URL('../../../.env.example', import.meta.url)), 'utf8');
const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
const entries = lines.map((line) => /^([A-Z0-9_]+)=(.*)$/.exec(line)?.slice(1) as [string, string]);

test('every line is a variable, once', () => {
  expect(entries).not.toContain(undefined);
  expect(new Set(entries.map(([name]) => name)).size).toBe(entries.length);
});

test('its variables are those of the schemas', () => {
  const known = new Set([...Object.values(SCHEMAS).flatMap((schema) => Object.keys(schema.shape)), ...OTHERS]);
  expect(entries.map(([name]) => name).sort()).toEqual([...known].sort());
});

test.each(Object.entries(SCHEMAS))('its values are the defaults of the %s', (_, schema) => {
  const given = Object.fromEntries(entries.filter(([name, value]) => value !== '' && name in schema.shape));
  expect(schema.parse(given)).toEqual(schema.parse({}));
});
