// Heading-like lines in plain text. Conservative: a missed heading costs a trail, a wrong one misleads every block after it.
import { CodePointCursor } from '../characters.ts';
import type { Heading } from '../contract.ts';

const MAX_HEADING_CHARS = 80;
const MIN_INDENT = 2;
/** Chapter-like words of English and its neighbours, with a number: 'CHAPTER 12', 'Chapter 3. The Whale', 'Kapitel IV'. */
const NUMBERED_WORD =
  /^(part|book|volume|act|chapter|section|scene|appendix|article|kapitel|teil|chapitre|partie|livre|cap[ií]tulo|parte|libro)\s+(\d{1,4}|[ivxlcdm]{1,8}|[a-z]|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|the\s+\w+)\b(?=\s*$|\s*[.:—–-])/i;
const OUTER_WORDS = /^(part|book|volume|act|teil|partie|livre|parte|libro)\b/i;
/** '1. Introduction', '2.3 Method', '4.1.2. Results'. */
const NUMBERED_TITLE = /^(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+(\p{Lu}[^.!?]*)$/u;
const ALONE = new Set(['prologue', 'epilogue', 'preface', 'introduction', 'foreword', 'abstract', 'conclusion', 'contents', 'etymology',
  'acknowledgements', 'acknowledgments', 'references', 'bibliography', 'appendix', 'glossary', 'index']);

interface Line {
  text: string; // trimmed
  start: number; // UTF-16 offset of its first visible character
  indent: number; // characters before it
}

export function plainTextHeadings(text: string): Heading[] {
  const lines = splitLines(text);
  const cursor = new CodePointCursor(text);
  const headings: Heading[] = [];
  for (let i = 0; i < lines.length; i++) {
    const { text: line, start, indent } = lines[i];
    if (line === '' || line.length > MAX_HEADING_CHARS) continue;
    const before = i === 0 || lines[i - 1].text === '';
    const after = i + 1 === lines.length || lines[i + 1].text === '';
    const isAbove = indent === 0 && (lines[i + 1]?.indent ?? 0) >= MIN_INDENT; // as manual pages have it: what stands under it is indented
    const level = before ? headingLevel(line, after, isAbove) : undefined;
    if (level === undefined) continue;
    headings.push({ level, title: withSubtitle(lines, i), startChar: cursor.at(start) });
  }
  return headings;
}

/** `after`: a blank line follows. */
function headingLevel(line: string, after: boolean, isAbove: boolean): number | undefined {
  if (NUMBERED_WORD.test(line)) return OUTER_WORDS.test(line) ? 1 : 2;
  if (!after) return isAbove && isShouted(line) ? 3 : undefined;
  if (ALONE.has(line.toLowerCase().replace(/[.:]$/, ''))) return 2;
  const numbered = NUMBERED_TITLE.exec(line);
  if (numbered !== null) return 2 + numbered[1].split('.').length - 1;
  if (/^[IVXLC]{1,7}\.?$/.test(line)) return 2;
  return isShouted(line) ? 3 : undefined;
}

/** ALL CAPS, two letters in a row at least, no sentence, no table rule. */
function isShouted(line: string): boolean {
  if (line.length > 60 || /\p{Ll}/u.test(line) || /[!?;,]$/.test(line)) return false;
  return /\p{Lu}{3}/u.test(line) && !/[|=_*<>{}\\/]{1}/.test(line) && (line.match(/\p{N}/gu)?.length ?? 0) * 3 < line.length;
}

/** 'CHAPTER 12' with 'Biographical.' alone on the next lines becomes one heading. */
function withSubtitle(lines: readonly Line[], i: number): string {
  const line = lines[i].text;
  const bare = /^\S+\s+\S+$/.test(line.replace(/[.:]$/, '')) && NUMBERED_WORD.test(line);
  if (!bare) return line;
  let next = i + 1;
  while (next < lines.length && next <= i + 2 && lines[next].text === '') next++;
  const candidate = lines[next]?.text ?? '';
  const alone = candidate !== '' && (lines[next + 1]?.text ?? '') === '';
  const isTitle = alone && candidate.length <= 60 && /^["“'(]?\p{Lu}/u.test(candidate) && !/[!?,;:]$/.test(candidate) && !NUMBERED_WORD.test(candidate);
  return isTitle ? `${line.replace(/[.:]$/, '')}. ${candidate}` : line;
}

function splitLines(text: string): Line[] {
  const lines: Line[] = [];
  for (let at = 0; at <= text.length; ) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline;
    const raw = text.slice(at, end);
    const trimmed = raw.trim();
    const indent = trimmed === '' ? 0 : raw.indexOf(trimmed[0]);
    lines.push({ text: trimmed, start: at + indent, indent });
    at = end + 1;
  }
  return lines;
}
