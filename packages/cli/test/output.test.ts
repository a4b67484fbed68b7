// What a person sees, and the exact JSON that a program sees.
import type { JobResult } from '@lectern/shared';
import { expect, test } from 'vitest';
import { errorLine, exitStatusOf, Interrupted, UsageError } from '../src/errors.ts';
import { noteLines, notesJson } from '../src/output/document-notes.ts';
import { askJson, partialJson, searchJson, skippedJson } from '../src/output/json-result.ts';
import { printable } from '../src/output/printable.ts';
import { createProgress, createRate } from '../src/output/progress.ts';
import { answerText, bytes, partialAnswerText, partialPassagesText, passagesText } from '../src/output/text-result.ts';

const figures = {
  tokensRead: 120_000, chunksEncoded: 118, chunksReused: 0, readSeconds: 200, tokensPerSecond: 600, findSeconds: 0.123, answerSeconds: 3.21,
  peakResidentBytes: 512 * 2 ** 20, outputTokens: 12,
};
const citation = { document: `doc_${'a'.repeat(40)}`, text: 'The key is\nunder the \u001b[31mmat.', startChar: 10, endChar: 36, line: 3, page: 2, trail: ['House', 'Keys'], score: 1.5 };
const names = new Map([[citation.document, { shown: 'house.pdf', kept: 'house.pdf' }]]);
const result: JobResult = { answer: ' Under the mat. ', supported: true, finishReason: 'stop', citations: [citation], figures };

test('ask --json holds the fields of the contract and no others', () => {
  const { outputTokens: _, ...kept } = figures;
  const { line: __, ...quoted } = { ...citation, document: { id: citation.document, name: 'house.pdf' } };
  expect(askJson(result, names)).toEqual({ answer: ' Under the mat. ', supported: true, uncertain: false, citations: [quoted], figures: kept });
  expect(Object.keys(askJson({ ...result, citations: [{ ...citation, page: undefined as never }] }, names).citations[0])).not.toContain('page');
});

test('rounds are told to a person with the numbers of their quotations, and whole to a program', () => {
  const rounds = [{ question: 'Where is A?', found: [citation], answer: 'Under the\u001b mat.', supported: false }, { question: 'Where is B?', found: [] }];
  expect(answerText({ ...result, rounds }, names)).toContain('Rounds:\n  1. Where is A? [1] -> Under the\ufffd mat. (not supported by the quotations)\n  2. Where is B?\n');
  expect(answerText({ ...result, rounds: rounds.slice(0, 1) }, names)).not.toContain('Rounds:');
  expect(askJson({ ...result, rounds }, names).rounds).toMatchObject([{ answer: rounds[0].answer, found: [{ document: { name: 'house.pdf' }, startChar: 10 }] }, { found: [] }]);
});

test('search --json holds passages with their ranks', () => {
  const passage = { ...citation, block: 4, ranks: { attention: 1, bm25: 3 } };
  expect(searchJson({ citations: [], passages: [passage], figures }, names).passages[0]).toMatchObject({ document: { name: 'house.pdf' }, startChar: 10, ranks: { attention: 1, bm25: 3 } });
});

test('an answer with its place, figures, and no control characters', () => {
  const text = answerText(result, names);
  expect(text).toContain('Under the mat.\n');
  expect(text).toContain('[1] house.pdf, page 2, line 3, characters 10-36, House > Keys');
  expect(text).toContain('"The key is under the \ufffd[31mmat."');
  expect(text).toContain('120,000 tokens (118 chunks encoded, 0 reused, 200.0 s, 600 tokens/s)');
  expect(text).not.toContain('not supported');
});

test('text of any direction and script stays as it is; what turns the terminal does not', () => {
  const text = 'שלום (abc) مرحبا می\u200cخواهم क्ष e\u0301 👨‍👩‍👧 ไทย\u200b';
  expect(printable(text)).toBe(text);
  expect(printable('a\u202ecod.exe\u202c \u2066b\u2069 c\u2028d \u001b]0;x\u0007 \u009b2J')).toBe('a\ufffdcod.exe\ufffd \ufffdb\ufffd c\ufffdd \ufffd]0;x\ufffd \ufffd2J');
  const shown = answerText({ ...result, answer: 'x\u202ey', citations: [{ ...citation, trail: ['T\u2067\u001b[2J'] }] }, new Map([[citation.document, { shown: 'a\u202e.pdf', kept: 'a' }]]));
  expect(shown).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u001b]/);
});

test('notes on documents are lines for a person and a field for a program', () => {
  const notes = [{ name: 'a\u001b.pdf', note: 'page 3 has no text layer' }];
  expect(noteLines(notes)).toEqual(['a\ufffd.pdf: page 3 has no text layer']);
  expect(notesJson(notes)).toEqual({ notes });
  expect(notesJson([])).toEqual({});
});

test('an unsupported answer and one that was cut off say so', () => {
  const text = answerText({ ...result, supported: false, finishReason: 'length' }, names);
  expect(text).toContain('not supported by the quotations');
  expect(text).toContain('cut off by --max-tokens');
});

test('an uncertain answer comes after the quotation that fits best, says who gave it, and how to get a better one', () => {
  const text = answerText({ ...result, uncertain: true, reader: 'small-model', supported: false, citations: [citation, { ...citation, text: 'No other key.' }] }, names);
  const order = ['The passage that fits best:\n[1] house.pdf', 'The model small-model answers (uncertain, not supported by the quotations): Under the mat.', '[2] house.pdf', '--reader', '120,000 tokens'];
  expect(order.map((part) => text.indexOf(part))).toEqual(order.map((part) => text.indexOf(part)).sort((a, b) => a - b));
  for (const part of order) expect(text).toContain(part);
  expect(askJson({ ...result, uncertain: true, reader: 'small-model' }, names)).toMatchObject({ uncertain: true, reader: 'small-model' });
  expect(answerText({ ...result, uncertain: true, citations: [] }, names)).toMatch(/^Under the mat\.\n/);
});

test('passages carry their ranks; none is said', () => {
  expect(passagesText({ citations: [], passages: [{ ...citation, block: 0, ranks: { bm25: 2 } }], figures }, names)).toContain('(bm25 rank 2)');
  expect(passagesText({ citations: [], figures }, names)).toContain('no passage found');
});

test('partial answers are labelled with what they stand on, in text and in JSON', () => {
  const coverage = { tokensRead: 2_399, tokensTotal: 10_000, documentsRead: 1, documentsTotal: 3 };
  const { figures: _, ...answered } = { ...result, citations: [citation, citation], uncertain: true };
  const text = partialAnswerText({ ...answered, coverage }, names);
  expect(text).toMatch(/^So far, from 23 % of the text \(1 of 3 documents read to the end\):\n\n/);
  expect(text).toContain('house.pdf');
  expect(text).not.toMatch(/\[2\]|--reader|memory/);
  expect(partialAnswerText({ ...answered, coverage: { ...coverage, documentsTotal: 1 } }, names)).toContain('from 23 % of the text:');
  expect(partialAnswerText({ ...answered, coverage: { ...coverage, tokensRead: 5_000 } }, names, { ...answered, coverage })).toBe('So far, from 50 % of the text (1 of 3 documents read to the end): the same answer\n');
  expect(partialAnswerText({ ...answered, answer: 'Elsewhere.', coverage }, names, { ...answered, coverage })).toContain('Elsewhere.');
  expect(partialPassagesText({ citations: [], passages: [], coverage }, names)).toContain('no passage found');
  expect(partialJson({ ...answered, coverage }, names)).toMatchObject({ partial: true, coverage, answer: ' Under the mat. ', citations: [{ document: { name: 'house.pdf' } }, {}] });
  const passages = [{ ...citation, block: 4, ranks: { bm25: 3 } }];
  expect(Object.keys(partialJson({ citations: [], passages, coverage }, names))).toEqual(['partial', 'coverage', 'passages']);
});

test('what was left out is a field only when there is something', () => {
  expect(skippedJson([])).toEqual({});
  expect(skippedJson([{ name: 'a', reason: 'empty', why: 'it is empty' }])).toEqual({ skipped: [{ name: 'a', why: 'it is empty' }] });
});

test('progress off a terminal is one line with rate and time left', () => {
  const written: string[] = [];
  const stream = { isTTY: false, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream;
  const progress = createProgress({ label: 'reading', unit: ' tokens', format: String, quiet: false, stream });
  progress.update(100, 1_000);
  progress.update(200, 1_000); // within 5 s: not written
  progress.update(1_000, 1_000);
  expect(written[0]).toBe('reading: 100 of 1000 tokens\n');
  expect(written).toHaveLength(2);
});

test('the rate is known after two different counts', () => {
  let now = 0;
  const rate = createRate(() => now);
  expect(rate(0)).toBeUndefined();
  now = 1_000;
  expect(rate(0)).toBeUndefined();
  expect(rate(500)).toBeCloseTo(500);
  now = 1_001;
  expect(rate(900)).toBeCloseTo(500); // a burst within a millisecond does not count by itself
  now = 2_000;
  expect(rate(1_000)).toBeCloseTo(500);
});

test('errors: code, message, exit status', () => {
  expect(errorLine(new UsageError('what?'), true)).toBe('{"code":"USAGE","message":"what?"}\n');
  expect(errorLine(new UsageError('what?'), false)).toBe('lectern: what? [USAGE]\n');
  expect([new UsageError(''), new Interrupted(''), new Error('')].map(exitStatusOf)).toEqual([2, 130, 1]);
});

test('bytes', () => {
  expect([0, 1_023, 2_048, 5 * 2 ** 30].map(bytes)).toEqual(['0 bytes', '1023 bytes', '2.0 KiB', '5.0 GiB']);
});
