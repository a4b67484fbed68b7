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

/** Blocks' scores of one word (numBlocks), by segment and trails, for the settings they were made with. A segment never changes. */
const known = new WeakMap<RetrievalSettings, Map<string, Float32Array>>();
const passes = new WeakMap<RetrievalSettings, Promise<QuestionPass>>();
/** Keys of the above, for as long as a plan's chunks live: making a thousand of them takes as long as a scan's arithmetic. */
const keysOf = new WeakMap<Chunk, string>();
/** Segments of some 16M tokens; what was used longest ago is let go and scored again. */
const MAX_KNOWN = 16_384;

export class NullScores {
  readonly #ctx: ReaderContext;
  readonly #plan: ReadingPlan;
  readonly #chunks: readonly Chunk[];
  readonly #known: Map<string, Float32Array>;
  #mass: Promise<TrailMass> | undefined;

  constructor(ctx: ReaderContext, plan: ReadingPlan, chunks: readonly Chunk[]) {
    this.#ctx = ctx;
    this.#plan = plan;
    this.#chunks = chunks;
    const { retrieval } = ctx.model;
    this.#known = known.get(retrieval) ?? new Map<string, Float32Array>();
    known.set(retrieval, this.#known);
  }

  /** scores (numBlocks of all segments) -= numVoting * the null score for a word; the same array. `chunks`: of the segments. */
  async subtract(scores: Float64Array, chunks: readonly Chunk[], segments: readonly Segment[], numVoting: number): Promise<Float64Array> {
    const keys = chunks.map((chunk) => this.#keyOf(chunk));
    const perWord = keys.map((key) => this.#recall(key));
    const missing = perWord.map((_, i) => i).filter((i) => perWord[i] === undefined);
    if (missing.length > 0) {
      const scored = await this.#score(missing.map((i) => ({ chunk: chunks[i], segment: segments[i] })));
      missing.forEach((i, at) => {
        perWord[i] = scored[at];
        this.#keep(keys[i], scored[at]);
      });
    }
    let at = 0;
    for (const values of perWord as Float32Array[]) {
      for (let block = 0; block < values.length; block++) scores[at++] -= numVoting * values[block];
    }
    return scores;
  }

  #keyOf(chunk: Chunk): string {
    const made = keysOf.get(chunk) ?? `${chunk.segment}\n${chunk.trails.map((trail) => (trail < 0 ? '' : this.#plan.trails[trail].segment)).join()}`;
    keysOf.set(chunk, made);
    return made;
  }

  /** What is used becomes the newest. */
  #recall(key: string): Float32Array | undefined {
    const values = this.#known.get(key);
    if (values !== undefined) this.#keep(key, values);
    return values;
  }

  #keep(key: string, values: Float32Array): void {
    this.#known.delete(key);
    this.#known.set(key, values);
    if (this.#known.size > MAX_KNOWN) this.#known.delete(this.#known.keys().next().value as string);
  }

  async #score(parts: ReadonlyArray<{ chunk: Chunk; segment: Segment }>): Promise<Float32Array[]> {
    const { model } = this.#ctx;
    const pass = await nullPass(model);
    this.#mass ??= scanTrails(this.#ctx, this.#plan, this.#chunks, pass).then(({ mass }) => mass);
    const trails = Int32Array.from(parts.flatMap(({ chunk }) => chunk.trails));
    const scores = await scoreSegments(model.attention, pass, parts.map(({ segment }) => segment), trails, await this.#mass, model.retrieval.floor);
    let at = 0;
    return parts.map(({ chunk: { numBlocks } }) => {
      const from = at;
      at += numBlocks;
      return Float32Array.from(scores.subarray(from, at), (score) => score / pass.numVoting);
    });
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
