// Text -> tokens -> chunks: one pass over the stored text that writes the tokens and lists what is to be encoded.
import type { Control } from '@lectern/model';
import type { MediaType } from '@lectern/shared';
import { BLOCK_SIZE } from '@lectern/sparse-attn';
import { blobKeys } from '../blob-keys.ts';
import { ChunkCutter, type ChunkDraft } from '../chunk/cutter.ts';
import { cutPieces } from '../chunk/pieces.ts';
import { chunkSizes } from '../chunk/sizes.ts';
import { trailText, TrailWalker } from '../chunk/trail.ts';
import type { Chunk, ExtractedDocument, ExtractLimits, ReaderContext, ReadingPlan } from '../contract.ts';
import { throwIfCancelled } from '../control.ts';
import { frameOf } from '../frame.ts';
import { indexHeads } from '../heads.ts';
import { segmentKey, trailKey, type AddressBase } from '../segment/address.ts';
import { extractStored } from './stored-document.ts';
import { PLAN_VERSION, storePlan } from './stored-plan.ts';
import { TokenBatch } from './stored-tokens.ts';

export interface PlanArgs {
  documentId: string;
  readingId: string;
  keep: 'index' | 'all';
  name: string;
  mediaType: MediaType;
  limits: ExtractLimits;
  control?: Control;
}

export async function planReading(ctx: ReaderContext, args: PlanArgs): Promise<ReadingPlan> {
  const { blobs, model } = ctx;
  const { documentId, readingId } = args;
  const structure = await extractStored(blobs, documentId, args);
  const heads = indexHeads(model);
  const { prefixIds } = frameOf(model);
  const address: AddressBase = { model: `${model.id} ${model.file.sha256 ?? ''}`, tenant: ctx.tenant, heads, prefixIds };
  const list = new ChunkList(address, structure);
  const cutter = new ChunkCutter(chunkSizes(model.transformer.config.contextLength, prefixIds.length));

  const textKey = blobKeys.text(documentId);
  async function* tokenRecords(): AsyncGenerator<Uint8Array> {
    const batch = new TokenBatch();
    let byteStart = 0;
    for await (const bytes of cutPieces((start, end) => blobs.getRange(textKey, start, end), structure.numBytes)) {
      throwIfCancelled(args.control);
      const { ids, byteStarts } = model.tokenizer.encode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'));
      batch.add(ids, byteStarts, byteStart);
      byteStart += bytes.length;
      for (const draft of cutter.push({ bytes, ids, byteStarts })) list.add(draft);
      if (batch.isFull) yield batch.take();
    }
    for (const draft of cutter.finish()) list.add(draft);
    yield batch.take();
  }
  await blobs.put(blobKeys.tokens(readingId), tokenRecords());

  const last = list.chunks.at(-1);
  const plan: ReadingPlan = {
    version: PLAN_VERSION, readingId, documentId, model: model.id, keep: args.keep,
    numTokens: last?.tokenEnd ?? 0, numChars: structure.numChars, numBlocks: last === undefined ? 0 : last.blockStart + last.numBlocks,
    heads, chunks: list.chunks, trails: list.trails,
  };
  await storePlan(blobs, plan);
  return plan;
}

/** Gives chunks their place, address and trails. */
class ChunkList {
  readonly chunks: Chunk[] = [];
  readonly trails: ReadingPlan['trails'] = [];
  readonly #address: AddressBase;
  readonly #ofBlocks: TrailWalker;
  readonly #ofHeadings: TrailWalker;
  readonly #trailIndex = new Map<string, number>();
  #numBlocks = 0;

  constructor(address: AddressBase, { title, headings }: Pick<ExtractedDocument, 'title' | 'headings'>) {
    this.#address = address;
    this.#ofBlocks = new TrailWalker(title, headings);
    this.#ofHeadings = new TrailWalker(title, headings);
  }

  add(draft: ChunkDraft): void {
    const { tokenStart, byteStart, charStart, lineStart, ids, overlapIds, text } = draft;
    const numBlocks = Math.ceil(ids.length / BLOCK_SIZE);
    this.chunks.push({
      index: this.chunks.length,
      tokenStart, tokenEnd: tokenStart + ids.length, overlapStart: tokenStart - overlapIds.length,
      byteStart, byteEnd: byteStart + text.length, charStart, charEnd: charStart + draft.numChars, lineStart,
      blockStart: this.#numBlocks, numBlocks,
      segment: segmentKey(this.#address, draft),
      trails: draft.blockChars.map((char) => this.#indexOf(this.#ofBlocks.at(char))),
      headings: this.#headingsIn(charStart, charStart + draft.numChars),
    });
    this.#numBlocks += numBlocks;
  }

  #headingsIn(charStart: number, charEnd: number): Chunk['headings'] {
    return [...this.#ofHeadings.before(charEnd)]
      .filter(({ startChar }) => startChar >= charStart)
      .map(({ startChar, parts }) => ({ charStart: startChar, trail: this.#indexOf(parts) }));
  }

  #indexOf(parts: readonly string[]): number {
    if (parts.length === 0) return -1;
    const text = trailText(parts);
    const known = this.#trailIndex.get(text);
    if (known !== undefined) return known;
    this.#trailIndex.set(text, this.trails.length);
    return this.trails.push({ parts: [...parts], segment: trailKey(this.#address, text) }) - 1;
  }
}
