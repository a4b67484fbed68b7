// The JSON object that `ask --json` prints: these fields and no others, whatever the API adds later.
import type { Citation, Coverage, Figures, JobResult, PartialResult, Passage, Round } from '@lectern/shared';
import type { Skipped } from '../input/skipped.ts';
import { type DocumentNames, nameOf } from './document-names.ts';

export interface CitationJson extends Pick<Citation, 'text' | 'startChar' | 'endChar' | 'page' | 'trail' | 'score'> {
  document: { id: string; name: string };
}

export type RoundJson = Omit<Round, 'found'> & { found: CitationJson[] };

export interface AskJson {
  answer: string;
  supported: boolean;
  /** The reader is likelier wrong than right, or nobody measured it: trust the quotations. */
  uncertain: boolean;
  /** Id of the model that worded the answer. */
  reader?: string;
  citations: CitationJson[];
  /** With another effort than normal: what was done, in order. */
  rounds?: RoundJson[];
  figures: Pick<Figures, 'tokensRead' | 'chunksEncoded' | 'chunksReused' | 'readSeconds' | 'tokensPerSecond' | 'findSeconds' | 'answerSeconds' | 'peakResidentBytes'>;
}

export function askJson(result: JobResult, names: DocumentNames): AskJson {
  return { ...answerJson(result, names), figures: figuresJson(result.figures) };
}

function answerJson(result: Omit<JobResult, 'figures'>, names: DocumentNames): Omit<AskJson, 'figures'> {
  return {
    answer: result.answer ?? '',
    supported: result.supported ?? false,
    uncertain: result.uncertain ?? false,
    ...(result.reader === undefined ? {} : { reader: result.reader }),
    citations: result.citations.map((citation) => citationJson(citation, names)),
    ...(result.rounds === undefined ? {} : { rounds: result.rounds.map((round) => ({ ...round, found: round.found.map((citation) => citationJson(citation, names)) })) }),
  };
}

function citationJson({ document, text, startChar, endChar, page, trail, score }: Citation, names: DocumentNames): CitationJson {
  return { document: { id: document, name: nameOf(names, document) }, text, startChar, endChar, ...(page === undefined ? {} : { page }), trail, score };
}

function figuresJson(f: Figures): AskJson['figures'] {
  const { tokensRead, chunksEncoded, chunksReused, readSeconds, tokensPerSecond, findSeconds, answerSeconds, peakResidentBytes } = f;
  return { tokensRead, chunksEncoded, chunksReused, readSeconds, tokensPerSecond, findSeconds, answerSeconds, peakResidentBytes };
}

/** The JSON object that `search --json` prints. */
export interface SearchJson {
  passages: Array<CitationJson & { ranks: Passage['ranks'] }>;
  figures: AskJson['figures'];
}

export function searchJson(result: JobResult, names: DocumentNames): SearchJson {
  return {
    passages: passagesJson(result, names),
    figures: figuresJson(result.figures),
  };
}

const passagesJson = ({ passages = [] }: Pick<JobResult, 'passages'>, names: DocumentNames): SearchJson['passages'] =>
  passages.map((passage) => ({ ...citationJson(passage, names), ranks: passage.ranks }));

/** What `--partial` prints before the result: told apart by `partial`. */
export type PartialJson = { partial: true; coverage: Coverage } & (Omit<AskJson, 'figures'> | Pick<SearchJson, 'passages'>);

export const partialJson = (partial: PartialResult, names: DocumentNames): PartialJson => ({
  partial: true, coverage: partial.coverage, ...(partial.passages === undefined ? answerJson(partial, names) : { passages: passagesJson(partial, names) }),
});

/** Files that were left out: a field beside the others, only when there are some. */
export const skippedJson = (skipped: readonly Skipped[]): { skipped?: Array<{ name: string; why: string }> } =>
  skipped.length === 0 ? {} : { skipped: skipped.map(({ name, why }) => ({ name, why })) };
