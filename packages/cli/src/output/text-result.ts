// An answer, its quotations and its figures as text for a person.
import type { Citation, Coverage, Figures, JobResult, PartialResult, Passage } from '@lectern/shared';
import { type DocumentNames, nameOf } from './document-names.ts';
import { printable } from './printable.ts';

const MAX_QUOTED_CHARS = 600; // on the screen; --json has all of it
const PARTIAL_PASSAGES = 3;
const integer = new Intl.NumberFormat('en-US');

const UNSUPPORTED = 'not supported by the quotations';
const STRONGER = 'A stronger model answers better from the same reading: --reader <model id, file or URL>';

export function answerText(result: JobResult, names: DocumentNames): string {
  const hint = result.uncertain === true && result.citations.length > 0 ? [STRONGER] : [];
  return blocks([...answerBlocks(result, names), ...hint, roundsText(result), figuresText(result.figures)]);
}

/** What was done, where it was more than one round: a line for each, with the numbers of its quotations. */
function roundsText({ rounds = [], citations }: JobResult): string {
  if (rounds.length < 2) return '';
  const numberOf = (found: Citation): number => citations.findIndex((c) => c.document === found.document && c.startChar === found.startChar && c.endChar === found.endChar) + 1;
  return ['Rounds:', ...rounds.map(({ question, answer, found, supported }, i) => {
    const quoted = found.map(numberOf).filter((number) => number > 0).map((number) => `[${number}]`).join('');
    const said = answer === undefined ? '' : ` -> ${oneLine(answer)}${supported === false ? ` (${UNSUPPORTED})` : ''}`;
    return `  ${i + 1}. ${oneLine(question)}${quoted === '' ? '' : ` ${quoted}`}${said}`;
  })].join('\n');
}

/** With its first quotation only: the answer comes later. `before`: the one printed last. */
export function partialAnswerText(partial: PartialResult, names: DocumentNames, before?: PartialResult): string {
  if (before !== undefined && before.answer === partial.answer && before.citations[0]?.text === partial.citations[0]?.text) {
    return blocks([`So far, ${coverageText(partial.coverage)}: the same answer`]);
  }
  const first = { ...partial, citations: partial.citations.slice(0, 1) };
  return blocks([`So far, ${coverageText(partial.coverage)}:`, ...answerBlocks(first, names)]);
}

export function partialPassagesText({ passages = [], coverage }: PartialResult, names: DocumentNames): string {
  const best = passages.slice(0, PARTIAL_PASSAGES).map((p, i) => quotationText(p, i + 1, names, rankText(p))).join('\n');
  return blocks([`So far, ${coverageText(coverage)}:`, best || 'no passage found']);
}

function coverageText({ tokensRead, tokensTotal, documentsRead, documentsTotal }: Coverage): string {
  const percent = Math.floor((100 * tokensRead) / Math.max(1, tokensTotal));
  return `from ${percent} % of the text${documentsTotal === 1 ? '' : ` (${documentsRead} of ${documentsTotal} documents read to the end)`}`;
}

const blocks = (parts: readonly string[]): string => `${parts.filter((part) => part !== '').join('\n\n')}\n`;

function answerBlocks(result: Omit<JobResult, 'figures'>, names: DocumentNames): string[] {
  const said = printable(result.answer?.trim() || '(no answer)');
  const answer = result.finishReason === 'length' ? `${said} ... (cut off by --max-tokens)` : said;
  const quotations = result.citations.map((c, i) => quotationText(c, i + 1, names));
  return result.uncertain === true && quotations.length > 0 ? quotationFirst(result, answer, quotations)
    : [answer, ...(result.supported === false ? [UNSUPPORTED] : []), quotations.join('\n')];
}

/** What a model wrote that is likelier wrong than right comes after what the document says. */
function quotationFirst({ supported, reader }: Omit<JobResult, 'figures'>, answer: string, [first, ...others]: readonly string[]): string[] {
  const doubts = ['uncertain', ...(supported === false ? [UNSUPPORTED] : [])].join(', ');
  return [
    `The passage that fits best:\n${first}`,
    `${reader === undefined ? 'The model' : `The model ${printable(reader)}`} answers (${doubts}): ${answer}`,
    others.join('\n'),
  ];
}

export function passagesText(result: JobResult, names: DocumentNames): string {
  const passages = result.passages ?? [];
  if (passages.length === 0) return 'no passage found\n';
  return `${passages.map((p, i) => quotationText(p, i + 1, names, rankText(p))).join('\n')}\n\n${figuresText(result.figures)}\n`;
}

function quotationText(c: Citation, number: number, names: DocumentNames, more = ''): string {
  const name = nameOf(names, c.document);
  const trail = c.trail[0] === names.get(c.document)?.kept ? c.trail.slice(1) : c.trail; // a document without a title bears its name there
  const place = [
    name,
    ...(c.page === undefined ? [] : [`page ${c.page}`]),
    `line ${integer.format(c.line)}`,
    `characters ${c.startChar}-${c.endChar}`,
    ...(trail.length === 0 ? [] : [trail.join(' > ')]),
  ];
  return `[${number}] ${printable(place.join(', '))}${more}\n    "${oneLine(c.text)}"`;
}

const rankText = (passage: Passage): string =>
  ` (${Object.entries(passage.ranks).map(([route, rank]) => `${route} rank ${rank}`).join(', ')})`;

function oneLine(text: string): string {
  const line = printable(text.replace(/\s+/gu, ' ').trim());
  const characters = [...line];
  return characters.length <= MAX_QUOTED_CHARS ? line : `${characters.slice(0, MAX_QUOTED_CHARS).join('')} ...`;
}

function figuresText(f: Figures): string {
  const read = f.chunksEncoded > 0
    ? `${f.chunksEncoded} chunk${f.chunksEncoded === 1 ? '' : 's'} encoded, ${f.chunksReused} reused, ${seconds(f.readSeconds)}, ${integer.format(Math.round(f.tokensPerSecond))} tokens/s`
    : 'nothing encoded again';
  const sparse = f.blocksAttended === undefined ? '' : `, ${f.blocksAttended} of ${f.blocksTotal ?? '?'} blocks attended`;
  const answered = f.answerSeconds === 0 ? '' : `, answered in ${seconds(f.answerSeconds)}`; // a search answers nothing
  return `${integer.format(f.tokensRead)} tokens (${read}); found in ${seconds(f.findSeconds)}${answered}${sparse}; ` +
    `worker memory at most ${bytes(f.peakResidentBytes)}`;
}

export const seconds = (value: number): string => value < 10 ? `${value.toFixed(2)} s` : `${value.toFixed(1)} s`;

export function bytes(value: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(value) / 10));
  return power === 0 ? `${value} bytes` : `${(value / 1024 ** power).toFixed(1)} ${units[power]}`;
}
