// The JSON object that `ask --json` prints: these fields and no others, whatever the API adds later.
import type { Citation, Figures, JobResult, Passage } from '@lectern/shared';

export interface AskJson {
  answer: string;
  supported: boolean;
  citations: Array<Pick<Citation, 'text' | 'startChar' | 'endChar' | 'page' | 'trail' | 'score'>>;
  figures: Pick<Figures, 'tokensRead' | 'chunksEncoded' | 'chunksReused' | 'readSeconds' | 'tokensPerSecond' | 'findSeconds' | 'answerSeconds' | 'peakResidentBytes'>;
}

export function askJson(result: JobResult): AskJson {
  return {
    answer: result.answer ?? '',
    supported: result.supported ?? false,
    citations: result.citations.map(citationJson),
    figures: figuresJson(result.figures),
  };
}

function citationJson({ text, startChar, endChar, page, trail, score }: Citation): AskJson['citations'][number] {
  return { text, startChar, endChar, ...(page === undefined ? {} : { page }), trail, score };
}

function figuresJson(f: Figures): AskJson['figures'] {
  const { tokensRead, chunksEncoded, chunksReused, readSeconds, tokensPerSecond, findSeconds, answerSeconds, peakResidentBytes } = f;
  return { tokensRead, chunksEncoded, chunksReused, readSeconds, tokensPerSecond, findSeconds, answerSeconds, peakResidentBytes };
}

/** The JSON object that `search --json` prints. */
export interface SearchJson {
  passages: Array<AskJson['citations'][number] & { ranks: Passage['ranks'] }>;
  figures: AskJson['figures'];
}

export function searchJson(result: JobResult): SearchJson {
  return {
    passages: (result.passages ?? []).map((passage) => ({ ...citationJson(passage), ranks: passage.ranks })),
    figures: figuresJson(result.figures),
  };
}
