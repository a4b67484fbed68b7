// The calibration of a model: which heads find, from where they look, what their ranks weigh, and how well the model reads. Heads and weight are
// chosen on one exam and reported on another that shares no sentence, name or prose with it. Knows no catalog file and prints nothing.
import type { CatalogEntry, Control, HeadRef, RetrievalSettings } from '@lectern/model';
import { ServiceError } from '@lectern/shared';
import type { ReaderContext } from '../contract.ts';
import { type Ceiling, measureCeilings } from './ceiling.ts';
import { candidates, chooseHeads, meanValue, rankHeads, type SingleHead, standardError, valuesOf } from './choose-heads.ts';
import { type Exam, type ExamSize, makeExam } from './exam.ts';
import { goldBlocks } from './gold.ts';
import { firstPositions, positionGrid } from './positions.ts';
import { chanceAt8, chanceOf, type Recall, recallOf } from './ranks.ts';
import { measureRecall, type ProgressHooks, readExam, type RouteRecall, withRetrieval } from './recall.ts';
import { makeReferenceWork } from './reference-work.ts';
import { scoreHeads } from './score-heads.ts';
import { type AttentionWeighing, weighAttention } from './weigh-attention.ts';

/** log(exp(l - Z) + floor): one thousandth of the mass that a word gives to what it sees without the document. */
const FLOOR = 1e-3;
/** Heads that go on to the whole grid of positions and into sets. */
const NUM_CANDIDATES = 16;
/** Below this share found among the first 8 a model is of no use for finding; nor is one that chance equals as easily as this. */
const MIN_RECALL_AT_8 = 0.25;
const MAX_CHANCE = 1e-3;
/** Heads scored in one go: bounds the memory of queries and scores. */
const HEADS_AT_ONCE = 256;
/** Settings that are there already stay unless the new ones are better by more than this many standard errors (95 %). */
const BEYOND_NOISE = 1.96;

export type CalibrationStep = 'read' | 'all heads' | 'positions' | 'read the other text' | 'find' | 'read to weigh' | 'weigh' | 'answer';

export interface CalibrateOptions {
  size: ExamSize;
  /** Settings that the model has already: reported beside the chosen ones. */
  present?: RetrievalSettings | undefined;
  control?: Control | undefined;
  onProgress?: ((step: CalibrationStep, done: number, total: number) => void) | undefined;
}

export interface ScoredSettings {
  retrieval: RetrievalSettings;
  /** On the reporting exam, by routes. */
  report: RouteRecall[];
}

export interface Calibration {
  choosing: { numTokens: number; numBlocks: number; numQuestions: number; chanceAt8: number };
  /** The best single heads on the choosing exam, each at its best position of the first few. */
  heads: Array<HeadRef & { position: number; recall: Recall }>;
  /** Of the chosen set and of the best one, on the choosing exam, attention alone. */
  onChoosing: { chosen: Recall; best: Recall & { heads: RetrievalSettings['heads']; queryPosition: number } };
  reporting: { numTokens: number; numQuestions: number };
  chosen: ScoredSettings;
  present?: ScoredSettings;
  /** What the entry should hold: the chosen settings, or the present ones where these are not worse beyond noise. */
  keeps: 'chosen' | 'present';
  weighing: AttentionWeighing;
  ceilings: Ceiling[]; // better first
  retrieval: RetrievalSettings;
  reading: NonNullable<CatalogEntry['reading']>;
}

/** `ctx.model.retrieval` is not used; attention is weighed, and the model answers, with the embedder where there is one. `ctx.blobs` takes some 8 KB per token and is the caller's to empty. */
export async function calibrate(ctx: ReaderContext, options: CalibrateOptions): Promise<Calibration> {
  const { size, present } = options;
  const countTokens = (text: string): number => ctx.model.tokenizer.encode(text).ids.length;
  const withoutVectors = { ...ctx, embedder: undefined }; // nothing asks for them before attention is weighed
  const choice = await choose(withoutVectors, makeExam('choose', size, countTokens), options);
  const exam = makeExam('report', size, countTokens);
  const chosen = await report(withoutVectors, exam, choice.retrieval, options);
  const gold = await goldBlocks(ctx, chosen.plan, exam.questions);
  requireFinds(ctx, chosen.scored.report[0].recall, chanceAt8(gold, chosen.plan.numBlocks));
  const now = present === undefined ? undefined : await report(withoutVectors, exam, present, options);
  const keeps = now !== undefined && !isBetter(chosen.scored.report, now.scored.report) ? 'present' : 'chosen';
  const kept = keeps === 'present' ? (present as RetrievalSettings) : choice.retrieval;
  const weighing = await weighAttention(ctx, kept, {
    choose: [makeExam('choose', size, countTokens), makeReferenceWork('choose', size.numEntries)], report: [exam, makeReferenceWork('report', size.numEntries)],
  }, { read: hooks(options, 'read to weigh'), weigh: hooks(options, 'weigh') });
  const ceilings = await measureCeilings(ctx, chosen.plan, exam, gold, hooks(options, 'answer'));
  const [{ reads, numRight, numQuestions }] = ceilings;
  return {
    ...choice, reporting: { numTokens: chosen.plan.numTokens, numQuestions: exam.questions.length },
    chosen: chosen.scored, ...(now === undefined ? {} : { present: now.scored }), keeps, weighing, ceilings,
    retrieval: { ...kept, attentionWeight: weighing.chosen },
    reading: { ceiling: Math.round((numRight / numQuestions) * 1000) / 1000, numQuestions, reads },
  };
}

type Choice = Pick<Calibration, 'choosing' | 'heads' | 'onChoosing' | 'retrieval'>;

async function choose(ctx: ReaderContext, exam: Exam, options: CalibrateOptions): Promise<Choice> {
  const { config } = ctx.model.transformer;
  const all = Array.from({ length: config.numLayers * config.numHeads }, (_, i): HeadRef => ({ layer: Math.floor(i / config.numHeads), head: i % config.numHeads }));
  const everything = withRetrieval(ctx, { heads: all.map((head) => ({ ...head, weight: 1 })), queryPosition: 0, floor: FLOOR });
  const plan = await readExam(everything, exam, hooks(options, 'read'));
  const gold = await goldBlocks(everything, plan, exam.questions);
  const questions = exam.questions.map(({ question }) => question);
  const base = { floor: FLOOR, ...(options.control === undefined ? {} : { control: options.control }) };

  const single: SingleHead[] = [];
  for (let from = 0; from < all.length; from += HEADS_AT_ONCE) {
    const onProgress = (done: number, total: number): void => options.onProgress?.('all heads', (from + (done / total) * Math.min(HEADS_AT_ONCE, all.length - from)), all.length);
    const scored = await scoreHeads(everything, plan, questions, { ...base, heads: all.slice(from, from + HEADS_AT_ONCE), positions: firstPositions(config.contextLength), onProgress });
    single.push(...rankHeads(scored, gold));
  }
  const ranked = single.sort((a, b) => b.value - a.value || a.layer - b.layer || a.head - b.head);
  const scored = await scoreHeads(everything, plan, questions, {
    ...base, heads: candidates(ranked, NUM_CANDIDATES), positions: positionGrid(config.contextLength), onProgress: (done, total) => options.onProgress?.('positions', done, total),
  });
  const { chosen, best } = chooseHeads(scored, gold, config.numHeads / config.numKvHeads);
  const chance = chanceAt8(gold, plan.numBlocks);
  requireFinds(ctx, recallOf(best.ranks), chance);
  return {
    choosing: { numTokens: plan.numTokens, numBlocks: plan.numBlocks, numQuestions: questions.length, chanceAt8: chance },
    heads: ranked.slice(0, NUM_CANDIDATES).map(({ layer, head, position, ranks }) => ({ layer, head, position, recall: recallOf(ranks) })),
    onChoosing: { chosen: recallOf(chosen.ranks), best: { ...recallOf(best.ranks), heads: best.heads, queryPosition: best.position } },
    retrieval: { heads: chosen.heads, queryPosition: chosen.position, floor: FLOOR },
  };
}

function requireFinds({ model }: ReaderContext, { at8, n }: Recall, chance: number): void {
  if (at8 >= MIN_RECALL_AT_8 * n && chanceOf(at8, n, chance) <= MAX_CHANCE) return;
  throw new ServiceError('MODEL_UNSUPPORTED', `no head of ${model.file.path} finds: the best ones put the right block among the first 8 for ${at8} of ${n} questions, ` +
    `chance does for ${(chance * n).toFixed(1)}; another model can index for this one (--index-model). Nothing was written`, { details: { found: at8, questions: n } });
}

async function report(ctx: ReaderContext, exam: Exam, retrieval: RetrievalSettings, options: CalibrateOptions) {
  const reading = withRetrieval(ctx, retrieval);
  const plan = await readExam(reading, exam, hooks(options, 'read the other text'));
  const scored: ScoredSettings = { retrieval, report: await measureRecall(reading, plan, exam, hooks(options, 'find')) };
  return { plan, scored };
}

/** On attention alone: BM25 is the same for both. */
function isBetter(chosen: readonly RouteRecall[], present: readonly RouteRecall[]): boolean {
  const [a, b] = [chosen[0].ranks, present[0].ranks];
  return meanValue(a) - meanValue(b) > BEYOND_NOISE * standardError(valuesOf(a), valuesOf(b));
}

const hooks = ({ control, onProgress }: CalibrateOptions, step: CalibrationStep): ProgressHooks =>
  ({ control, onProgress: (done, total) => onProgress?.(step, done, total) });
