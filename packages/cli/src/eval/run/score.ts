// One question -> its outcome: found by each set of routes, answered from the gold passage, answered end to end.
import type { Route } from '@lectern/shared';
import type { EvalQuestion, GoldRange } from '../contract.ts';
import type { Judge } from '../judge.ts';
import type { Outcome } from './outcome.ts';
import { routesName } from './routes.ts';
import type { OpenDocument, Subject } from './subject.ts';

/** Deeper ranks are not looked for. */
const DEEPEST_RANK = 32;

export interface ScoreOptions {
  routes: ReadonlyArray<readonly Route[]>;
  answer: boolean;
  judge: Judge;
}

type Scored = Pick<Outcome, 'ranks' | 'findSeconds' | 'ceiling' | 'answered'>;

export async function scoreQuestion(subject: Subject, document: OpenDocument, asked: EvalQuestion, { routes, answer, judge }: ScoreOptions): Promise<Scored> {
  const { question, gold, goldPassage, answerable = true } = asked;
  const ranks: Record<string, number | null> = {};
  let findSeconds = 0;
  for (const [i, set] of (gold.length === 0 ? [] : routes).entries()) {
    const { passages, seconds } = await document.find(question, set, DEEPEST_RANK);
    if (i === 0) findSeconds = seconds;
    ranks[routesName(set)] = rankOf(gold, passages) ?? null;
  }
  const found = { findSeconds, ...(gold.length === 0 ? {} : { ranks }) };
  if (!answer) return found;
  const fromGold = goldPassage === undefined ? undefined : await subject.answerFrom(goldPassage, question);
  const { answer: said, supported, citations, seconds } = await document.ask(question, routes[0]!);
  return {
    ...found,
    ...(fromGold === undefined ? {} : { ceiling: { answer: fromGold, score: judge(asked, fromGold) } }),
    answered: {
      answer: said, supported, seconds, ...(answerable ? { score: judge(asked, said) } : {}),
      quoted: citations.length, quotedGold: citations.filter((citation) => overlaps(gold, citation)).length,
    },
  };
}

interface Span { startChar: number; endChar: number }

const overlaps = (gold: readonly GoldRange[], { startChar, endChar }: Span): boolean => gold.some(({ start, end }) => startChar < end && endChar > start);

/** 1-based. */
function rankOf(gold: readonly GoldRange[], passages: readonly Span[]): number | undefined {
  const i = passages.findIndex((passage) => overlaps(gold, passage));
  return i < 0 ? undefined : i + 1;
}
