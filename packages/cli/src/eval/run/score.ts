// One question -> its outcome: found by each set of routes, answered from the gold passage, answered end to end.
import { type Route, ServiceError } from '@lectern/shared';
import type { EvalQuestion, GoldRange } from '../contract.ts';
import type { Judge } from '../judge.ts';
import type { Outcome } from './outcome.ts';
import { routesName } from './routes.ts';
import type { Answered, OpenDocument, Subject } from './subject.ts';

/** Deeper ranks are not looked for. */
const DEEPEST_RANK = 32;

export interface ScoreOptions {
  /** None: nothing is looked for. */
  routes: ReadonlyArray<readonly Route[]>;
  answer: boolean;
  judge: Judge;
}

type Scored = Pick<Outcome, 'ranks' | 'findSeconds' | 'ceiling' | 'answered' | 'refused'>;

export async function scoreQuestion(subject: Subject, document: OpenDocument, asked: EvalQuestion, { routes, answer, judge }: ScoreOptions): Promise<Scored> {
  const { question, gold, goldPassage, answerable = true } = asked;
  const ranks: Record<string, number | null> = {};
  let findSeconds = 0;
  for (const [i, set] of (gold.length === 0 ? [] : routes).entries()) {
    const { passages, seconds } = await document.find(question, set, DEEPEST_RANK);
    if (i === 0) findSeconds = seconds;
    ranks[routesName(set)] = rankOf(gold, passages) ?? null;
  }
  const found = { findSeconds, ...(gold.length === 0 || routes.length === 0 ? {} : { ranks }) };
  if (!answer) return found;
  const fromGold = goldPassage === undefined ? undefined : await subject.answerFrom(goldPassage, question);
  const ceiling = fromGold === undefined ? {} : { ceiling: { answer: fromGold, score: judge(asked, fromGold) } };
  const answered = await orRefusal(document.ask(question, routes[0] ?? []));
  if ('refused' in answered) return { ...found, ...ceiling, ...answered };
  const { answer: said, supported, citations, seconds } = answered;
  return {
    ...found,
    ...ceiling,
    answered: {
      answer: said, supported, seconds, ...(answerable ? { score: judge(asked, said) } : {}),
      quoted: citations.length, quotedGold: citations.filter((citation) => overlaps(gold, citation)).length,
    },
  };
}

/** A question that cannot be put to a whole document is one outcome, not the end of the run. */
async function orRefusal(answer: Promise<Answered>): Promise<Answered | { refused: string }> {
  return answer.catch((error: unknown) => {
    if (error instanceof ServiceError && error.code === 'CONTEXT_TOO_LONG') return { refused: error.message };
    throw error;
  });
}

interface Span { startChar: number; endChar: number }

const overlaps = (gold: readonly GoldRange[], { startChar, endChar }: Span): boolean => gold.some(({ start, end }) => startChar < end && endChar > start);

/** 1-based. */
function rankOf(gold: readonly GoldRange[], passages: readonly Span[]): number | undefined {
  const i = passages.findIndex((passage) => overlaps(gold, passage));
  return i < 0 ? undefined : i + 1;
}
