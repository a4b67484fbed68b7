// The JSON object that `ask --json` prints: these fields and no others, whatever the API adds later.
import type { Citation, Figures, JobResult, Passage } from '@lectern/shared';
import { type DocumentNames, nameOf } from './document-names.ts';

export interface CitationJson extends Pick<Citation, 'text' | 'startChar' | 'endChar' | 'page' | 'trail' | 'score'> {
  document: { id: string; name: string };
}

export interface AskJson {
  answer: string;
  supported: boolean;
  /** The reader is likelier wrong than right, or nobody measured it: trust the quotations. */
  uncertain: boolean;
  /** Id of the model that worded the answer. */
  reader?: string;
  citations: CitationJson[];
  figures: Pick<Figures, 'tokensRead' | 'chunksEncoded' | 'chunksReused' | 'readSeconds' | 'tokensPerSecond' | 'findSeconds' | 'answerSeconds' | 'peakResidentBytes'>;
}

export function askJson(result: JobResult, names: DocumentNames): AskJson {
  return {
    answer: result.answer ?? '',
    supported: result.supported ?? false,
    uncertain: result.uncertain ?? false,
    ...(result.reader === undefined ? {} : { reader: result.reader }),
    citations: result.citations.map((citation) => citationJson(citation, names)),
    figures: figuresJson(result.figures),
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
    passages: (result.passages ?? []).map((passage) => ({ ...citationJson(passage, names), ranks: passage.ranks })),
    figures: figuresJson(result.figures),
  };
}
