// What the rounds of one question do, counted and bounded: at most so many times finding and so many times reading as one round needs once.
import type { Citation, Passage, Round } from '@lectern/shared';
import type { AskOptions, AskResult, ReaderContext, ReadingSource } from '../contract.ts';
import { isUncertain } from '../answer-model/ceiling.ts';
import { answerFound, judged, type Reading } from '../ask/answer-found.ts';
import type { ReadSpan } from '../ask/cite.ts';
import { evidenceOf } from '../ask/evidence.ts';
import { usefulTrail } from '../ask/focus.ts';
import { readSpans } from '../ask/read-spans.ts';
import { readerOf } from '../ask/reread.ts';
import { isSupported } from '../ask/support.ts';
import { throwIfCancelled } from '../control.ts';
import { type Found, findPlaces } from '../find/find.ts';
import { Places } from '../find/places.ts';

export interface WorkLimits {
  finds: number;
  readings: number;
  /** Times what finding once and reading once takes, an answer of full length supposed. */
  times: number;
}

/** So long nobody minds, and a clock's chance does not end the rounds. */
const MIN_SECONDS = 20;

export class Work {
  readonly rounds: Round[] = [];
  readonly notes = new Set<string>();
  readonly places: Places;
  readonly #ctx: ReaderContext;
  readonly #readings: readonly ReadingSource[];
  readonly #options: AskOptions;
  readonly #limits: WorkLimits;
  readonly #started = performance.now();
  readonly #passages = new Map<string, Passage>();
  readonly #citations = new Map<string, Citation>();
  readonly #totals = { findSeconds: 0, answerSeconds: 0, indexBytes: 0, outputTokens: 0, numTokens: 0, numBlocks: 0 };
  readonly #sparse: { blocksAttended?: number; chunksEncodedOnDemand?: number; segmentBytes?: number } = {};
  #numFinds = 0;
  #numReadings = 0;
  #firstSeconds = { find: 0, read: 0 };
  #isCut = false;

  constructor(ctx: ReaderContext, readings: readonly ReadingSource[], options: AskOptions, limits: WorkLimits) {
    this.places = new Places(ctx, readings);
    this.#ctx = ctx;
    this.#readings = readings;
    this.#options = options;
    this.#limits = limits;
  }

  /** Whether the reader is shown one sentence at a time. */
  get readsSentences(): boolean {
    return this.#options.mode === 'reread' && readerOf(this.#ctx).reads === 'sentence';
  }

  get findsLeft(): number {
    return this.#hasTime() ? this.#limits.finds - this.#numFinds : 0;
  }

  get readingsLeft(): number {
    return this.#hasTime() ? this.#limits.readings - this.#numReadings : 0;
  }

  /** `routes`: other than those that were asked for. */
  async find(question: string, routes = this.#options.routes): Promise<Found> {
    throwIfCancelled(this.#options.control);
    const found = await findPlaces(this.#ctx, this.#readings, { ...this.#options, question, routes }, this.places);
    if (this.#numFinds++ === 0) this.#firstSeconds.find = found.findSeconds;
    const totals = this.#totals;
    totals.findSeconds += found.findSeconds;
    totals.indexBytes += found.indexBytes;
    totals.numTokens = Math.max(totals.numTokens, found.numTokens);
    totals.numBlocks = found.numBlocks;
    for (const note of found.notes) this.notes.add(note);
    for (const passage of found.passages) {
      const key = `${passage.document} ${passage.block}`;
      if (!this.#passages.has(key)) this.#passages.set(key, passage);
    }
    return found;
  }

  /** Seconds of looking for something in another way. */
  addFinding(seconds: number): void {
    this.#totals.findSeconds += seconds;
  }

  /** One round's answer from what was found, as the mode says. */
  answer(found: Found, question: string): Promise<Reading> {
    return this.#read(question, (options) => answerFound(this.#ctx, found, options));
  }

  /** The reader's answer to a question with these texts before it. */
  answerFrom(spans: readonly ReadSpan[], question: string): Promise<Reading> {
    return this.#read(question, async (options) => {
      const passages = spans.map((span) => ({ text: span.text, trail: usefulTrail(span, question) }));
      const generated = await readerOf(this.#ctx).answer({ question, passages }, options);
      return judged(this.#ctx, this.places, { generated, spans: [...spans] }, question, { passages: [...this.#passages.values()] });
    });
  }

  /** The text of what was found, with a block either side of each hit: the sentence may straddle. */
  spansOf(passages: readonly Passage[]): Promise<ReadSpan[]> {
    return readSpans(this.places, passages, 1);
  }

  async quote(span: ReadSpan): Promise<Citation[]> {
    return [await (await this.places.document(span.document)).cite(span, 0, span.text.length, span.trail, span.score)];
  }

  /** Whether quotations that speak of what the round asks carry what it says, wherever that comes from: the test of a single round. */
  async carries(found: readonly Citation[], question: string, answer: string): Promise<boolean> {
    return isSupported(answer, question, await evidenceOf(question, found, { passages: [...this.#passages.values()] }, this.#ctx.embedder));
  }

  /** Nothing streams out of a round: only when it has ended is it known whether it is a part of the answer. */
  async #read(question: string, answer: (options: AskOptions) => Promise<Reading>): Promise<Reading> {
    throwIfCancelled(this.#options.control);
    const started = performance.now();
    const { onDelta: _, ...options } = this.#options;
    const reading = await answer({ ...options, question });
    const seconds = (performance.now() - started) / 1000;
    if (this.#numReadings++ === 0) this.#firstSeconds.read = (seconds * options.maxOutputTokens) / Math.max(1, reading.generated.numTokens);
    this.#totals.answerSeconds += seconds;
    this.#totals.outputTokens += reading.generated.numTokens;
    this.#isCut ||= reading.generated.finishReason === 'length';
    const sparse = this.#sparse;
    if (reading.blocksAttended !== undefined) sparse.blocksAttended = Math.max(sparse.blocksAttended ?? 0, reading.blocksAttended);
    for (const name of ['chunksEncodedOnDemand', 'segmentBytes'] as const) {
      if (reading[name] !== undefined) sparse[name] = (sparse[name] ?? 0) + reading[name];
    }
    return reading;
  }

  /** Keeps what a round did; its quotations are the answer's too. */
  tell(round: Round): void {
    this.rounds.push(round);
    for (const citation of round.found) {
      const key = `${citation.document} ${citation.startChar}-${citation.endChar}`;
      if (!this.#citations.has(key)) this.#citations.set(key, citation);
    }
  }

  result(answer: string, supported: boolean): AskResult {
    const { numBlocks, ...totals } = this.#totals;
    const reader = readerOf(this.#ctx);
    return {
      answer, supported, uncertain: this.#numReadings > 0 && isUncertain(reader), reader: reader.id, finishReason: this.#isCut ? 'length' : 'stop',
      citations: [...this.#citations.values()], passages: [...this.#passages.values()].sort((a, b) => b.score - a.score).slice(0, this.#options.top),
      notes: [...this.notes], rounds: this.rounds, ...totals, ...this.#sparse, ...(this.#sparse.blocksAttended === undefined ? {} : { blocksTotal: numBlocks }),
    };
  }

  #hasTime(): boolean {
    const { find, read } = this.#firstSeconds;
    const most = Math.max(MIN_SECONDS, this.#limits.times * (find + read));
    const elapsed = (performance.now() - this.#started) / 1000;
    if (this.#numReadings === 0 || elapsed <= most) return true;
    this.notes.add(`the rounds ended after ${Math.round(elapsed)} s, ${this.#limits.times} times the first one's time`);
    return false;
  }
}
