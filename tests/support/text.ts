// A made-up chronicle in plain English: the same seed gives the same text. Long enough to be read in chunks, with facts planted on purpose.
import { createHash } from 'node:crypto';

const PEOPLE = ['the miller', 'an old ferryman', 'the schoolmistress', 'two carpenters', 'the baker and her son', 'a travelling clerk', 'the gardener', 'our neighbour', 'the postman', 'a retired captain'];
const DEEDS = ['repaired the fence beside the orchard', 'carried three sacks of flour across the bridge', 'spoke at length about the weather', 'counted the lambs before nightfall', 'painted the shutters a dull green', 'wrote a letter to a cousin in the north', 'waited for the coach that never came', 'mended nets until the lamp went out', 'argued over the price of timber', 'planted rows of beans along the wall'];
const TIMES = ['In the spring', 'Early one morning', 'After the first frost', 'That same week', 'Towards evening', 'On market day', 'When the river was high', 'A little before noon', 'During the long rain', 'At the end of harvest'];
const RESULTS = ['and nobody thought more of it', 'which pleased the whole street', 'although the wind made it difficult', 'so the dogs barked half the night', 'and the children watched in silence', 'but the work was soon forgotten', 'while smoke rose from every chimney', 'and the bells rang twice', 'because the road was muddy', 'until someone brought fresh bread'];

export interface TextOptions {
  numWords: number;
  seed?: number;
  /** Sentences that stand alone in the text, evenly spread. */
  planted?: readonly string[];
}

export function makeText({ numWords, seed = 1, planted = [] }: TextOptions): string {
  const random = new Lcg(seed);
  const pick = (list: readonly string[]) => list[random.below(list.length)];
  const paragraphs: string[] = [];
  let words = 0;
  let next = 0;
  while (words < numWords) {
    const sentences: string[] = [];
    for (let i = 0, n = 3 + random.below(4); i < n; i++) {
      sentences.push(`${pick(TIMES)} ${pick(PEOPLE)} ${pick(DEEDS)}, ${pick(RESULTS)}.`);
    }
    // Fact i stands at (i + 1) / (n + 1) of the text.
    if (next < planted.length && words >= (numWords * (next + 1)) / (planted.length + 1)) sentences.push(planted[next++]);
    paragraphs.push(sentences.join(' '));
    words += sentences.join(' ').split(' ').length;
  }
  return `${paragraphs.join('\n\n')}\n`;
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Code points [start, end) of a text. */
export const codePoints = (text: string, start: number, end: number): string => [...text].slice(start, end).join('');

/** Numerical Recipes' linear congruential generator. */
class Lcg {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  below(n: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * n);
  }
}
