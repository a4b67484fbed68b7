// What of a chunk gets a vector each: its sentences, short ones together, each below the headings that are open where it stands. A sentence
// alone rarely says what it is about, and a block of 64 tokens says too many things for one vector: of 200 paraphrased facts among 131,072
// tokens the vectors of blocks put .21 among the first 8, those of sentences .50.
import { sentencesOf } from '../ask/sentences.ts';
import { trailText } from '../chunk/trail.ts';
import type { Chunk, ReadingPlan } from '../contract.ts';

/**
 * Sentences are joined until they are as long as this: what is shorter says nothing. Joined to 25 / 40 / 60 units, the vectors put first and
 * among the first 8: of 49 questions about SQLAlchemy's manual .67 .96 / .57 .90 / .53 .90, of 200 paraphrased facts .25 .51 / .25 .51 / .20 .44.
 */
const MIN_UNITS = 25;
/** No passage is made longer than this by joining. */
const MAX_UNITS = 300;

export interface EmbeddedPassage {
  /** The blocks of the chunk, first to last, that hold a part of its middle half: a sentence that straddles speaks for both, as each is shown with all of it. */
  first: number;
  last: number;
  text: string;
}

/** `text` and `byteStarts` (numBlocks + 1): the chunk's own bytes, and where in them each block begins. In the order of the text; may be none. */
export function embeddedPassages(
  text: Buffer, byteStarts: Uint32Array, { charStart, trails, headings }: Pick<Chunk, 'charStart' | 'trails' | 'headings'>, allTrails: ReadingPlan['trails'],
): EmbeddedPassage[] {
  const whole = text.toString('utf8');
  const blockStarts = unitsOf(text, byteStarts, 'bytes');
  const headingStarts = unitsOf(text, headings.map((heading) => heading.charStart - charStart), 'characters');
  let heading = -1;
  let block = 0;
  return joinedSentences(whole, headingStarts).map(({ start, end }) => {
    while (heading + 1 < headingStarts.length && headingStarts[heading + 1] <= firstInk(whole, start)) heading++;
    const quarter = (end - start) / 4;
    while (block + 1 < trails.length && blockStarts[block + 1] <= start + quarter) block++;
    let last = block;
    while (last + 1 < trails.length && blockStarts[last + 1] < end - quarter) last++;
    const trail = allTrails[heading < 0 ? trails[0] : headings[heading].trail]?.parts ?? [];
    const own = whole.slice(start, end).trim();
    return { first: block, last, text: trail.length === 0 ? own : `${trailText(trail)}\n${own}` };
  });
}

/** UTF-16 ranges. A heading always begins a new one. */
function joinedSentences(text: string, headingStarts: readonly number[]): Array<{ start: number; end: number }> {
  const ranges: Array<{ start: number; end: number }> = [];
  let next = 0;
  for (const { start, end } of sentencesOf(text)) {
    const last = ranges.at(-1);
    while (headingStarts[next] < start) next++;
    const beginsSection = headingStarts[next] < end;
    if (last !== undefined && !beginsSection && last.end - last.start < MIN_UNITS && end - last.start <= MAX_UNITS) last.end = end;
    else ranges.push({ start, end });
  }
  return ranges;
}

const firstInk = (text: string, from: number): number => from + text.slice(from).search(/\S/u);

/** Ascending offsets, in bytes or code points -> in UTF-16 units. One within a character's bytes is where the next one begins. */
function unitsOf(text: Buffer, offsets: ArrayLike<number>, of: 'bytes' | 'characters'): number[] {
  const units: number[] = [];
  let unit = 0;
  let character = 0;
  for (let at = 0; at <= text.length && units.length < offsets.length; at++) {
    const lead = text[at] ?? 0;
    if ((lead & 0xc0) === 0x80) continue; // inside a character
    while (units.length < offsets.length && offsets[units.length] <= (of === 'bytes' ? at : character)) units.push(unit);
    character++;
    unit += lead >= 0xf0 ? 2 : 1;
  }
  return units;
}
