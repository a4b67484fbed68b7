// Planted facts: is the block that holds the answer among the first 8, and is the question answered, through ask's own prompt?
import { randomUUID } from 'node:crypto';
import { answerContains, ask, createRandom, find, type PlantedFact, plantFacts, type Proportion, readDocument, type ReaderContext, type ReadingPlan } from '@lectern/reader';
import type { AskMode, Passage, Route } from '@lectern/shared';
import { makeFacts } from './facts.ts';

export interface PlantedOptions {
  /** The text facts are planted in; cut to about numTokens. */
  text: string;
  numTokens: number;
  /** Questions per document, at most 40. */
  questionsPerDocument: number;
  /** One document per seed. */
  seeds: readonly number[];
  routeSets: ReadonlyArray<readonly Route[]>;
  /** Answer with the first route set (slower), not only find. */
  answer: boolean;
  mode: AskMode;
  onProgress?: (line: string) => void;
}

export interface QuestionOutcome {
  question: string;
  expected: string;
  /** Rank of the first passage that holds the answer, per route set; undefined beyond the first 32. */
  ranks: Array<number | undefined>;
  answer?: string;
  correct?: boolean;
  supported?: boolean;
}

export interface PlantedReport {
  numTokens: number;
  outcomes: QuestionOutcome[];
  recall: Array<{ routes: readonly Route[]; at1: Proportion; at8: Proportion; at32: Proportion }>;
  answered?: Proportion;
  /** Of the right answers, those marked supported; of the wrong ones, likewise. */
  supported?: { right: Proportion; wrong: Proportion };
  readSeconds: number;
  findSecondsMedian: number;
  answerSecondsMedian: number;
}

const DEEPEST_RANK = 32;
const CHARS_PER_TOKEN = 4; // only to cut the text before it is tokenised

export async function evaluatePlanted(ctx: ReaderContext, options: PlantedOptions): Promise<PlantedReport> {
  const outcomes: QuestionOutcome[] = [];
  const findSeconds: number[] = [];
  const answerSeconds: number[] = [];
  let readSeconds = 0;
  let numTokens = 0;
  for (const seed of options.seeds) {
    const random = createRandom(seed);
    const cut = cutToTokens(ctx, options.text, options.numTokens);
    const { text, facts } = plantFacts(cut, makeFacts(options.questionsPerDocument, random), random);
    const started = performance.now();
    const plan = await readDocument(ctx, { bytes: Buffer.from(text), name: `planted-${seed}-${randomUUID()}.txt` });
    readSeconds += (performance.now() - started) / 1000;
    numTokens += plan.numTokens;
    for (const fact of facts) {
      outcomes.push(await askAbout(ctx, plan, fact, options, findSeconds, answerSeconds));
      const last = outcomes.at(-1)!;
      options.onProgress?.(`seed ${seed}  ${outcomes.length}  rank ${last.ranks.map((r) => r ?? '-').join('/')}  ${last.correct === undefined ? '' : last.correct ? 'right' : 'WRONG'}  ${fact.question}${last.answer === undefined ? '' : `  -> ${last.answer.replace(/\s+/gu, ' ').slice(0, 80)}`}`);
    }
  }
  const answered = outcomes.filter((o) => o.correct !== undefined);
  const count = (list: QuestionOutcome[], hit: (o: QuestionOutcome) => boolean): Proportion => ({ hits: list.filter(hit).length, n: list.length });
  return {
    numTokens: Math.round(numTokens / options.seeds.length),
    outcomes,
    recall: options.routeSets.map((routes, i) => ({
      routes,
      at1: count(outcomes, (o) => (o.ranks[i] ?? Infinity) <= 1),
      at8: count(outcomes, (o) => (o.ranks[i] ?? Infinity) <= 8),
      at32: count(outcomes, (o) => (o.ranks[i] ?? Infinity) <= 32),
    })),
    ...(answered.length > 0 ? {
      answered: count(answered, (o) => o.correct === true),
      supported: {
        right: count(answered.filter((o) => o.correct), (o) => o.supported === true),
        wrong: count(answered.filter((o) => !o.correct), (o) => o.supported === true),
      },
    } : {}),
    readSeconds,
    findSecondsMedian: median(findSeconds),
    answerSecondsMedian: median(answerSeconds),
  };
}

async function askAbout(
  ctx: ReaderContext, plan: ReadingPlan, fact: PlantedFact, options: PlantedOptions, findSeconds: number[], answerSeconds: number[],
): Promise<QuestionOutcome> {
  const ranks: Array<number | undefined> = [];
  for (const routes of options.routeSets) {
    const found = await find(ctx, [plan], { question: fact.question, routes, top: DEEPEST_RANK });
    findSeconds.push(found.findSeconds);
    ranks.push(rankOf(fact, found.passages));
  }
  if (!options.answer) return { question: fact.question, expected: fact.answer, ranks };
  const result = await ask(ctx, [plan], { question: fact.question, routes: options.routeSets[0]!, top: 8, mode: options.mode, maxOutputTokens: 96 });
  answerSeconds.push(result.findSeconds + result.answerSeconds);
  const answer = result.answer ?? '';
  return { question: fact.question, expected: fact.answer, ranks, answer, correct: answerContains(answer, fact.answer), supported: result.supported ?? false };
}

/** 1-based rank of the first passage that holds a part of the answer's own words. */
function rankOf(fact: PlantedFact, passages: readonly Passage[]): number | undefined {
  const i = passages.findIndex((p) => p.startChar < fact.answerEnd && p.endChar > fact.answerStart);
  return i < 0 ? undefined : i + 1;
}

function cutToTokens(ctx: ReaderContext, text: string, numTokens: number): string {
  const { ids, byteStarts } = ctx.model.tokenizer.encode(text.slice(0, numTokens * CHARS_PER_TOKEN * 2));
  if (ids.length <= numTokens) {
    if (ids.length < numTokens * 0.98) throw new RangeError(`the text has ${ids.length} tokens, ${numTokens} were asked for`);
    return text;
  }
  const cut = Buffer.from(text).subarray(0, byteStarts[numTokens]!).toString('utf8');
  return cut.slice(0, cut.lastIndexOf('\n'));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? 0 : sorted[Math.floor(sorted.length / 2)]!;
}
