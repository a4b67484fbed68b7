// The statements (sentences, items, rows) of what was read that carry the answer, verbatim, with their place.
import type { Citation } from '@lectern/shared';
import type { TextSpan } from '../find/passage.ts';
import type { Places } from '../find/places.ts';
import { stemsOf } from '../segment/words.ts';
import { contentStems, shareOf } from './content-words.ts';
import { statementsIn } from './statements.ts';

const MAX_CITATIONS = 3;
/** A word of the answer weighs as much as this many of the question: a wrong answer must not draw all quotations to itself. */
const ANSWER_WEIGHT = 2;
/** The sentence that holds most of the question's words is quoted too, when it holds at least this share of them. */
const MIN_QUESTION_SHARE = 0.5;
/** A sentence beside the first must carry this many answer words that the quoted ones lack. */
const MIN_NEW_WORDS = 1;

export interface ReadSpan extends TextSpan {
  /** Id of the document it is from. */
  document: string;
  trail: string[];
  /** The best score of the hits in it, 0 where it is only a neighbour of one: breaks ties between sentences of different spans. */
  score: number;
}

interface Candidate {
  statement: ReadSpan;
  stems: Set<string>;
  questionShare: number;
  value: number;
}

/** `spans` in the order of documents and text: ties go to the earlier one. */
export async function cite(places: Places, spans: readonly ReadSpan[], question: string, answer: string): Promise<Citation[]> {
  const answerStems = contentStems(answer);
  const questionStems = contentStems(question);
  const candidates = spans.flatMap((span) => statementsIn(span).map((statement): Candidate => {
    const stems = new Set(stemsOf(statement.text));
    const questionShare = shareOf(questionStems, stems);
    return { statement, stems, questionShare, value: ANSWER_WEIGHT * shareOf(answerStems, stems) + questionShare };
  }));
  const chosen: Candidate[] = [];
  const missing = new Set(answerStems);
  const rest = candidates.sort((a, b) => b.value - a.value || b.statement.score - a.statement.score); // stable
  for (const candidate of rest) {
    if (chosen.length === MAX_CITATIONS) break;
    const added = [...missing].filter((stem) => candidate.stems.has(stem));
    if (chosen.length > 0 && added.length < MIN_NEW_WORDS) continue;
    chosen.push(candidate);
    for (const stem of added) missing.delete(stem);
  }
  // Candidates are in order of value: the first of the best share is the best of them.
  const forQuestion = rest.reduce<Candidate | undefined>((best, c) => (best === undefined || c.questionShare > best.questionShare ? c : best), undefined);
  if (forQuestion !== undefined && forQuestion.questionShare >= MIN_QUESTION_SHARE && !chosen.includes(forQuestion)) {
    chosen.splice(MAX_CITATIONS - 1);
    chosen.push(forQuestion);
  }
  return Promise.all(chosen.map(async ({ statement, value }) =>
    (await places.document(statement.document)).cite(statement, 0, statement.text.length, statement.trail, value / (ANSWER_WEIGHT + 1))));
}
