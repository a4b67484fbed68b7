// Every sentence of the documents, in order. Memory: a chunk's text and what of the sentence before it had not ended.
import { blobKeys } from '../../blob-keys.ts';
import { codePointLength } from '../../characters.ts';
import type { TextSpan } from '../../find/passage.ts';
import { type OpenReading, ofReading, openReading } from '../../find/readings.ts';
import { sentencesOf } from '../../ask/sentences.ts';
import { throwIfCancelled } from '../../control.ts';
import type { AskOptions, Chunk, ReaderContext, ReadingSource } from '../../contract.ts';

export interface ScannedSentence extends TextSpan {
  /** Index of the reading in the question's list. */
  reading: number;
}

/** Text beyond this is not looked at. */
const MAX_BYTES = 64 * 1024 * 1024;

/** A sentence that is longer than this many UTF-16 units is cut where a chunk ends. */
const MAX_KEPT_UNITS = 4_000;

/** isCut: there is more text than was looked at. */
export async function scanSentences(
  ctx: ReaderContext, readings: readonly ReadingSource[], control: AskOptions['control'], onSentence: (sentence: ScannedSentence) => void,
): Promise<{ isCut: boolean; seconds: number }> {
  const started = performance.now();
  let bytesLeft = MAX_BYTES;
  for (const [i, source] of readings.entries()) {
    const { plan, chunks, ...rest } = await openReading(source);
    const fitting: Chunk[] = [];
    for (const chunk of chunks) {
      bytesLeft -= chunk.byteEnd - chunk.byteStart;
      if (bytesLeft >= 0) fitting.push(chunk);
    }
    for await (const sentence of sentencesOfReading(ctx, { plan, chunks: fitting, ...rest }, control)) onSentence({ ...sentence, reading: i });
    if (bytesLeft < 0) break;
  }
  return { isCut: bytesLeft < 0, seconds: (performance.now() - started) / 1000 };
}

async function* sentencesOfReading(ctx: ReaderContext, { plan, chunks }: OpenReading, control: AskOptions['control']): AsyncGenerator<TextSpan> {
  let text = '';
  let [byteStart, startChar] = [0, 0];
  let before: Chunk | undefined;
  let decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  for (const [i, chunk] of chunks.entries()) {
    throwIfCancelled(control);
    if (before?.byteEnd !== chunk.byteStart) { // the first, or after one that is not stored yet
      [text, byteStart, startChar] = ['', chunk.byteStart, chunk.charStart];
      decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    }
    before = chunk;
    const bytes = await ofReading(plan.readingId, () => ctx.blobs.getRange(blobKeys.text(plan.documentId), chunk.byteStart, chunk.byteEnd));
    const isLast = chunks[i + 1]?.byteStart !== chunk.byteEnd;
    text += decoder.decode(bytes, { stream: !isLast });
    const ranges = sentencesOf(text);
    const open = ranges.at(-1);
    // The last sentence may go on in the next chunk.
    const keptFrom = isLast || open === undefined || text.length - open.start > MAX_KEPT_UNITS ? text.length : open.start;
    let at = 0;
    for (const { start, end } of ranges) {
      if (start >= keptFrom) break;
      const skipped = text.slice(at, start);
      byteStart += Buffer.byteLength(skipped);
      startChar += codePointLength(skipped);
      const sentence = text.slice(start, end);
      yield { text: sentence, byteStart, startChar };
      byteStart += Buffer.byteLength(sentence);
      startChar += codePointLength(sentence);
      at = end;
    }
    const rest = text.slice(at, keptFrom);
    byteStart += Buffer.byteLength(rest);
    startChar += codePointLength(rest);
    text = text.slice(keptFrom);
  }
}
