// Blocks and character ranges -> text with its place: line, page, trail. Everything is read in ranges around the place.
import { ServiceError, type Citation } from '@lectern/shared';
import { blobKeys } from '../blob-keys.ts';
import { alignForward, CodePointCursor, codePointLength } from '../characters.ts';
import type { Chunk, PageSpan, ReaderContext, ReadingPlan } from '../contract.ts';
import { type EmbeddedPassage, embeddedPassages } from '../encode/embedded-passages.ts';
import { loadStructure } from '../plan/stored-document.ts';
import type { Segment } from '../segment/format.ts';
import { type Section, sectionsOf } from './sections.ts';
import { storedSegments } from './stored-parts.ts';
import { EDGE_BYTES, unitsAfter, unitsBefore } from './sentence-edges.ts';

/** Where a block lies in the document. */
export interface BlockPlace {
  plan: ReadingPlan;
  block: number;
  chunk: Chunk;
  tokenStart: number; // within the chunk
  numTokens: number;
  byteStart: number;
  byteEnd: number;
  charStart: number;
  charEnd: number;
  trail: string[];
}

/** A stretch of the document's text. */
export interface TextSpan {
  text: string;
  byteStart: number;
  startChar: number;
}

export interface PlaceOptions {
  /** Those that may be used, when not all of the plan's are stored yet. */
  chunks?: readonly Chunk[];
  /** Stands before every trail. */
  trailHead?: readonly string[];
}

/** Looks places up in one reading; remembers what it read (the chunks of a few hits). */
export class PlaceFinder {
  readonly #ctx: ReaderContext;
  readonly #plan: ReadingPlan;
  readonly #usable: ReadonlySet<number> | undefined; // indexes of chunks; undefined: all
  readonly #trailHead: readonly string[];
  readonly #segments = new Map<number, Segment>();
  readonly #passages = new Map<number, Promise<EmbeddedPassage[]>>();
  #pages: PageSpan[] | undefined;

  constructor(ctx: ReaderContext, plan: ReadingPlan, { chunks = plan.chunks, trailHead = [] }: PlaceOptions = {}) {
    this.#ctx = ctx;
    this.#plan = plan;
    this.#usable = chunks.length === plan.chunks.length ? undefined : new Set(chunks.map(({ index }) => index));
    this.#trailHead = trailHead;
  }

  get readingId(): string {
    return this.#plan.readingId;
  }

  get plan(): ReadingPlan {
    return this.#plan;
  }

  /** Whether there is such a block and its chunk may be used. */
  has(block: number): boolean {
    return block >= 0 && block < this.#plan.numBlocks && (this.#usable === undefined || this.#usable.has(this.#chunkOf(block).index));
  }

  async block(block: number): Promise<BlockPlace> {
    const chunk = this.#chunkOf(block);
    const segment = await this.#segmentOf(chunk);
    const b = block - chunk.blockStart;
    const trail = chunk.trails[b];
    return {
      plan: this.#plan, block, chunk, tokenStart: segment.tokenStarts[b], numTokens: segment.tokenStarts[b + 1] - segment.tokenStarts[b],
      byteStart: chunk.byteStart + segment.byteStarts[b], byteEnd: chunk.byteStart + segment.byteStarts[b + 1],
      charStart: chunk.charStart + segment.charStarts[b], charEnd: chunk.charStart + segment.charStarts[b + 1],
      trail: [...this.#trailHead, ...(trail < 0 ? [] : this.#plan.trails[trail].parts)],
    };
  }

  /** A passage that was embedded, as it was: below its headings. `index`: of those of the block's chunk. */
  async embedded(block: number, index: number): Promise<string> {
    const chunk = this.#chunkOf(block);
    const passages = this.#passages.get(chunk.index) ?? this.#embeddedOf(chunk);
    this.#passages.set(chunk.index, passages);
    return (await passages)[index].text;
  }

  /** Consecutive blocks [first, last] as one text. */
  async span(first: BlockPlace, last: BlockPlace): Promise<TextSpan> {
    return { text: await this.#text(first.byteStart, last.byteEnd), byteStart: first.byteStart, startChar: first.charStart };
  }

  /** The same, widened to whole sentences. */
  async sentences(first: BlockPlace, last: BlockPlace): Promise<TextSpan> {
    const { text, byteStart, startChar } = await this.span(first, last);
    const numBytes = (this.#plan.chunks.at(-1) as Chunk).byteEnd;
    const from = Math.max(0, byteStart - EDGE_BYTES);
    const to = Math.min(numBytes, last.byteEnd + EDGE_BYTES);
    const before = await this.#text(from, byteStart);
    const after = await this.#text(last.byteEnd, to);
    const head = before.slice(before.length - unitsBefore(before, from === 0, text));
    const tail = after.slice(0, unitsAfter(text, after, to === numBytes));
    return { text: head + text + tail, byteStart: byteStart - Buffer.byteLength(head), startChar: startChar - codePointLength(head) };
  }

  /** Its parts, each below the headings that are open there. */
  sections(span: TextSpan): Section[] {
    return sectionsOf(this.#plan, span).map((section) => ({ ...section, trail: [...this.#trailHead, ...section.trail] }));
  }

  /** UTF-16 range [start, end) of a span as a citation, white space at its ends left off. */
  async cite(span: TextSpan, start: number, end: number, trail: string[], score: number): Promise<Citation> {
    const raw = span.text.slice(start, end);
    const from = start + (raw.length - raw.trimStart().length);
    const to = Math.max(from, end - (raw.length - raw.trimEnd().length));
    const cursor = new CodePointCursor(span.text);
    const startChar = span.startChar + cursor.at(from);
    const endChar = span.startChar + cursor.at(to);
    const byte = span.byteStart + Buffer.byteLength(span.text.slice(0, from));
    const page = await this.#pageAt(startChar);
    return { document: this.#plan.documentId, text: span.text.slice(from, to), startChar, endChar, line: await this.#lineAt(byte), ...(page === undefined ? {} : { page }), trail, score };
  }

  async #segmentOf(chunk: Chunk): Promise<Segment> {
    const segment = this.#segments.get(chunk.index) ?? (await storedSegments.one(this.#ctx.blobs, chunk.segment));
    this.#segments.set(chunk.index, segment);
    return segment;
  }

  async #embeddedOf(chunk: Chunk): Promise<EmbeddedPassage[]> {
    const { byteStarts } = await this.#segmentOf(chunk);
    return embeddedPassages(await this.#ctx.blobs.getRange(blobKeys.text(this.#plan.documentId), chunk.byteStart, chunk.byteEnd), byteStarts, chunk, this.#plan.trails);
  }

  /** Bytes [start, end); characters that either end cuts are left out. */
  async #text(start: number, end: number): Promise<string> {
    const bytes = await this.#ctx.blobs.getRange(blobKeys.text(this.#plan.documentId), start, end);
    // A streaming decoder keeps an unfinished character back.
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(alignForward(bytes, 0)), { stream: true });
  }

  #chunkOf(block: number): Chunk {
    return lastWhere(this.#plan.chunks, (c) => c.blockStart <= block);
  }

  async #lineAt(byte: number): Promise<number> {
    const chunk = lastWhere(this.#plan.chunks, (c) => c.byteStart <= byte);
    const before = await this.#ctx.blobs.getRange(blobKeys.text(this.#plan.documentId), chunk.byteStart, byte);
    let line = chunk.lineStart;
    for (let i = before.indexOf(0x0a); i >= 0; i = before.indexOf(0x0a, i + 1)) line++;
    return line;
  }

  async #pageAt(char: number): Promise<number | undefined> {
    if (this.#pages === undefined) {
      const structure = await loadStructure(this.#ctx.blobs, this.#plan.documentId);
      if (structure === undefined) {
        throw new ServiceError('BLOB_NOT_FOUND', `the text of document ${this.#plan.documentId} is gone`, { details: { documentId: this.#plan.documentId } });
      }
      this.#pages = structure.pages;
    }
    return this.#pages.length === 0 ? undefined : lastWhere(this.#pages, (p) => p.startChar <= char).page;
  }
}

/** The last element for which the condition holds, in a list where it holds for a first part (never empty). */
function lastWhere<T>(list: readonly T[], holds: (item: T) => boolean): T {
  let low = 0;
  let high = list.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (holds(list[middle])) low = middle;
    else high = middle - 1;
  }
  return list[low];
}
