// The structured suite on small pieces of its works, as they are in their packages: facts are found, located and asked about.
import { extractDocument, DEFAULT_EXTRACT_LIMITS } from '@lectern/reader';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EvalDocument } from '../src/eval/contract.ts';
import { structured } from '../src/eval/suites/structured/index.ts';
import { factOf, repeatsName } from '../src/eval/suites/structured/own-words.ts';

const country = (name: string, capital: string, coast: string) => ({
  Geography: { Coastline: { text: coast }, Area: { total: { text: '5 sq km (2015 est.)' } } },
  Government: { 'Country name': { 'conventional short form': { text: name } }, Capital: { name: { text: capital } }, Independence: { text: 'none' } },
});
const mathPage = (name: string) => `<!-- Note -->\n\n# Function ${name}\n\nOf one value.\n\n## Syntax\n\n\`math.${name}(x)\`\n\n### Parameters\n\nParameter | Type | Description\n--------- | ---- | -----------\n`
  + '`x` | number &#124; Complex | A value. Default value: 2.\n\n### Returns\n\nType | Description\n---- | -----------\nnumber | The outcome\n';
const NPM_PAGE = '<html><body><section id="content"><h1>npm-run</h1><section id="toc"><h2>Table of contents</h2><ul><li>x</li></ul></section><div><h3>Configuration</h3>'
  + '<h4><code>if-present</code></h4><ul><li>Default: false</li><li>Type: Boolean</li></ul><p>No error.</p><h4><code>shell</code></h4><ul><li>Default: the shell of the system</li></ul></div></section></body></html>';
const SPHINX_PAGE = '<html><body><div id="docs-body"><section id="a"><h1>Pools<a class="headerlink" href="#a">¶</a></h1><p>About pools.</p><dl class="py class"><dt id="sqlalchemy.pool.Pool">class Pool</dt><dd>'
  + '<p>A pool.</p><dl class="field-list"><dt>Parameters</dt><dd><p>recycle</p><div class="versionadded"><p>New in version 0.1: of a parameter</p></div></dd></dl>'
  + '<dl class="py method"><dt id="sqlalchemy.pool.Pool.detach">method detach()</dt><dd><p>Lets go.</p><div class="versionadded"><p><span>New in version 1.3.</span></p></div></dd></dl></dd></dl></section></div></body></html>';

let dataFolder: string;
let documents: EvalDocument[] = [];
const ranges = new Map<string, string>(); // question -> the text of its gold ranges
beforeAll(async () => {
  dataFolder = mkdtempSync(join(tmpdir(), 'lectern-eval-'));
  const write = (name: string, value: unknown): void => writeFileSync(join(dataFolder, name), JSON.stringify(value));
  write('world-factbook.json', [country('Norland', 'Vik 😀', '12 km'), country('Chadia', 'Chadia City', '0 km'), country('Congo', 'A', '1 km'), country('Congo', 'B', '2 km')]);
  write('mathjs-functions.json', [mathPage('foo'), mathPage('value')]);
  write('npm-manual.json', [NPM_PAGE]);
  write('sqlalchemy-manual.json', [SPHINX_PAGE]);
  for await (const document of structured.documents({ numTokens: 4_000, samples: 50, seed: 1, dataFolder, countTokens: (text) => Math.ceil(text.length / 4), say: () => undefined })) {
    documents = [...documents, document];
    const { text } = await extractDocument(document.bytes, { mediaType: document.mediaType ?? 'text/plain', name: document.name }, DEFAULT_EXTRACT_LIMITS);
    for (const { question, gold } of document.questions) ranges.set(question, gold.map(({ start, end }) => [...text].slice(start, end).join('')).join(' / '));
  }
});
afterAll(() => rmSync(dataFolder, { recursive: true }));

describe('structured documents', () => {
  test('one of each format, with the values that stand in lines without their entry', () => {
    expect(documents.map(({ mediaType }) => mediaType)).toEqual(['text/markdown', 'text/html']);
    expect(Object.fromEntries([...ranges].sort())).toEqual({
      'How long is the coastline of Chadia?': 'Coastline: 0 km',
      'How long is the coastline of Norland?': 'Coastline: 12 km',
      'In which version of SQLAlchemy was Pool.detach added?': 'New in version 1.3.',
      "What is the default value of npm's setting if-present?": '- Default: false',
      'What is the capital of Norland?': 'name: Vik 😀',
      'What is the default value of the parameter x of the function foo?': '`x` | number &#124; Complex | A value. Default value: 2.',
      'What is the total area of Chadia?': 'total: 5 sq km (2015 est.)',
      'What is the total area of Norland?': 'total: 5 sq km (2015 est.)',
      'What type of value does the function foo return?': 'number | The outcome',
      'What type of value does the function value return?': 'number | The outcome',
      "Which type does npm's setting if-present have?": '- Type: Boolean',
      'Which types may the parameter x of the function foo have?': '`x` | number &#124; Complex | A value. Default value: 2.',
    });
  });

  test('answers are what the line says, without notes; ids are unique', () => {
    const questions = documents.flatMap((document) => document.questions);
    const answersTo = (asked: string) => questions.find(({ question }) => question === asked)?.answers;
    expect(answersTo('What is the total area of Norland?')).toEqual(['5 sq km']);
    expect(answersTo('Which types may the parameter x of the function foo have?')).toEqual(['number | Complex', 'number &#124; Complex']);
    expect(new Set(questions.map(({ id }) => id)).size).toBe(questions.length);
    for (const { goldPassage, question } of questions) expect(goldPassage).toContain(ranges.get(question));
  });
});

test.each([
  ['name: Chad City', 'Chad', true], ['adjective: Norwegian', 'Norway', true], ['Bosnian coast', 'Bosnia and Herzegovina', true], ['sand and stone', 'Bosnia and Herzegovina', false],
  ['New in version 1.2: Pool.connect', 'Pool.connect', true], ['New in version 1.2.', 'Pool.connect', false], ['- Type: Boolean', 'dry-run', false], ['runs dry', 'dry-run', true],
])('%j repeats %j: %s', (line, name, expected) => expect(repeatsName(line, name)).toBe(expected));

test.each(['NA', 'none', '', '*', 'x'.repeat(81)])('%j is no answer', (answer) => expect(factOf('Norland', 'f', 'q', [answer], { text: 'line', start: 0 })).toEqual([]));
