// Blocks and character ranges -> text with its place: line, page, trail. Everything is read in ranges around the place.
import type { Citation } from '@lectern/shared';
import { ServiceError } from '@lectern/shared';
import { blobKeys } from '../blob-keys.ts';
import { CodePointCursor } from '../characters.ts';
import type { Chunk, PageSpan, ReaderContext, ReadingPlan } from '../contract.ts';
import { loadStructure } from '../plan/stored-document.ts';
import { parseSegment, type Segment } from '../segment/format.ts';

/** Where a block lies in the document. */
export interface BlockPlace {
  block: number;
  chunk: Chunk;
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

/** Looks places up in one reading; remembers what it read (the chunks of a few hits). */
export class PlaceFinder {
  readonly #ctx: ReaderContext;
  readonly #plan: ReadingPlan;
  readonly #segments = new Map<number, Segment>();
  #pages: PageSpan[] | undefined;

  constructor(ctx: ReaderContext, plan: ReadingPlan) {
    this.#ctx = ctx;
    this.#plan = plan;
  }

  async block(block: number): Promise<BlockPlace> {
    const chunk = lastWhere(this.#plan.chunks, (c) => c.blockStart <= block);
    let segment = this.#segments.get(chunk.index);
    if (segment === undefined) {
      segment = parseSegment(await this.#ctx.blobs.get(chunk.segment), chunk.segment);
      this.#segments.set(chunk.index, segment);
    }
    const b = block - chunk.blockStart;
    const trail = chunk.trails[b];
    return {
      block, chunk,
      byteStart: chunk.byteStart + segment.byteStarts[b], byteEnd: chunk.byteStart + segment.byteStarts[b + 1],
      charStart: chunk.charStart + segment.charStarts[b], charEnd: chunk.charStart + segment.charStarts[b + 1],
      trail: trail < 0 ? [] : this.#plan.trails[trail].parts,
    };
  }

  /** Consecutive blocks [first, last] as one text. */
  async span(first: BlockPlace, last: BlockPlace): Promise<TextSpan> {
    const bytes = await this.#ctx.blobs.getRange(blobKeys.text(this.#plan.documentId), first.byteStart, last.byteEnd);
    return { text: bytes.toString('utf8'), byteStart: first.byteStart, startChar: first.charStart };
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
    return { text: span.text.slice(from, to), startChar, endChar, line: await this.#lineAt(byte), ...(page === undefined ? {} : { page }), trail, score };
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
