// Which headings a question names.
import { expect, test } from 'vitest';
import { entriesNamedIn } from '../src/find/named-entry.ts';

test.each([
  ["Which type does npm's setting workspaces have?", { workspaces: true, workspace: false, Which: false }],
  ["What is the default value of npm's setting init.version?", { 'init.version': true, init: false, version: false, 'init.module': false }],
  ['Is package-lock on?', { 'package-lock': true, 'package-lock-only': false, package: false, lock: false }],
  ['What does the function print return?', { 'Function print': true, 'Function printf': false, Returns: false }],
  ['In which version was Pool.connect added?', { 'method sqlalchemy.pool.Pool.connect(timeout=5)': true, 'class sqlalchemy.pool.Pool(creator)': false, 'sqlalchemy.pool.SubPool.connect': false }],
  ['Since when is JSONB there?', { 'class dialects.postgresql.JSONB(none_as_null=False)': true, 'class types.JSON': false, 'attribute JSONB.Comparator.kind = None': false }],
  ['Since when is value there?', { 'attribute AttributeState.value = None': false }],
  ['JSON was added when?', { 'class types.JSON': true, 'class types.JSONB': false }],
  ['Select what?', { 'class sql.Select': false }],
  ['What is the capital of the Cook Islands?', { 'Cook Islands': true, Islandsia: false, Islands: true }],
  ["Which type does npm's setting description have?", { description: true, Description: false }],
  ['What is it?', { It: false, A: false, '': false, '(': false }],
])('%s', (question, titles) => {
  const names = entriesNamedIn(question);
  for (const [title, named] of Object.entries(titles)) expect([title, names(title)]).toEqual([title, named]);
});

test('of a long question is known in no time', () => {
  const names = entriesNamedIn('ab'.repeat(50_000));
  const started = performance.now();
  for (let i = 0; i < 10; i++) expect(names(`ab${'('.repeat(i)}`)).toBe(false);
  expect(performance.now() - started).toBeLessThan(1_000);
});
