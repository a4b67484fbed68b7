// What a block scores for any question at all: beginnings of chapters, lists of names and the like are looked at whatever is asked.
// Subtracted, it leaves what this question makes of the block. A block's null score depends on nothing but the block and its trail.
import type { RetrievalSettings } from '@lectern/model';
import type { Chunk, ReaderContext, ReaderModel, ReadingPlan } from '../contract.ts';
import type { Segment } from '../segment/format.ts';
import { scoreSegments, type TrailMass } from './attention-route.ts';
import { questionPass, type QuestionPass } from './question.ts';
import { scanTrails } from './scan-trails.ts';

/** Of every kind, about nothing. */
export const NULL_QUESTIONS = ['What is it?', 'Who was he?', 'When did it happen?', 'Where is it?', 'How many are there?', 'Why did they do it?', 'Which one is used?', 'What does it mean?'];

interface Known { trails: string; perWord: Float64Array } // perWord: (numBlocks of the segment)
/** For as long as a parsed segment is kept, and the settings it was scored with. */
const known = new WeakMap<RetrievalSettings, WeakMap<Segment, Known>>();
const passes = new WeakMap<RetrievalSettings, Promise<QuestionPass>>();

export class NullScores {
  readonly #ctx: ReaderContext;
  readonly #plan: ReadingPlan;
  readonly #chunks: readonly Chunk[];
  readonly #known: WeakMap<Segment, Known>;
  #mass: Promise<TrailMass> | undefined;

  constructor(ctx: ReaderContext, plan: ReadingPlan, chunks: readonly Chunk[]) {
    this.#ctx = ctx;
    this.#plan = plan;
    this.#chunks = chunks;
    const { retrieval } = ctx.model;
    const segments = known.get(retrieval) ?? new WeakMap<Segment, Known>();
    known.set(retrieval, segments);
    this.#known = segments;
  }

  /** scores (numBlocks of all segments) -= numVoting * the null score for a word. `chunks`: of the segments. */
  async subtract(scores: Float64Array, chunks: readonly Chunk[], segments: readonly Segment[], numVoting: number): Promise<void> {
    const trails = chunks.map((chunk) => chunk.trails.map((trail) => (trail < 0 ? '' : this.#plan.trails[trail].segment)).join());
    const isMissing = (i: number): boolean => this.#known.get(segments[i])?.trails !== trails[i];
    const missing = segments.map((_, i) => i).filter(isMissing);
    if (missing.length > 0) await this.#score(missing.map((i) => ({ chunk: chunks[i], segment: segments[i], trails: trails[i] })));
    let at = 0;
    for (const segment of segments) for (const value of (this.#known.get(segment) as Known).perWord) scores[at++] -= numVoting * value;
  }

  async #score(parts: ReadonlyArray<{ chunk: Chunk; segment: Segment; trails: string }>): Promise<void> {
    const { model } = this.#ctx;
    const pass = await nullPass(model);
    this.#mass ??= scanTrails(this.#ctx, this.#plan, this.#chunks, pass, undefined).then(({ mass }) => mass);
    const trails = Int32Array.from(parts.flatMap(({ chunk }) => chunk.trails));
    const scores = await scoreSegments(model.attention, pass, parts.map(({ segment }) => segment), trails, await this.#mass, model.retrieval.floor);
    let at = 0;
    for (const { chunk, segment, trails: of } of parts) {
      this.#known.set(segment, { trails: of, perWord: scores.slice(at, at + chunk.numBlocks).map((score) => score / pass.numVoting) });
      at += chunk.numBlocks;
    }
  }
}

/** The words of all null questions, each with its own question before it, as one pass. */
function nullPass(model: ReaderModel): Promise<QuestionPass> {
  const { retrieval } = model;
  const made = passes.get(retrieval) ?? joinPasses(model);
  passes.set(retrieval, made);
  made.catch(() => passes.delete(retrieval));
  return made;
}

async function joinPasses(model: ReaderModel): Promise<QuestionPass> {
  const all: QuestionPass[] = [];
  for (const question of NULL_QUESTIONS) all.push(await questionPass(model, question));
  const [first] = all;
  return {
    numVoting: all.reduce((sum, { numVoting }) => sum + numVoting, 0),
    softmaxScale: first.softmaxScale,
    heads: first.heads.map((head, h) => ({ ...head, q: concat(all.map((pass) => pass.heads[h].q)), z: concat(all.map((pass) => pass.heads[h].z)) })),
  };
}

function concat(parts: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
