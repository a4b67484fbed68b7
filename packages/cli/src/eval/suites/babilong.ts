// BABILong qa1-qa5: the sentences of a bAbI story, in order, at random places between the sentences of a book.
import type { Random } from '@lectern/reader';
import { BABI_TASKS, type BabiItem, type BabiTask, loadBabi } from '../data/babi.ts';
import type { EvalDocument, Suite, SuiteOptions } from '../contract.ts';
import { DocumentBuilder, type UnitRange } from '../text/builder.ts';
import { loadProse, sentencesIn } from '../text/prose.ts';
import { sample, seeded } from '../text/seeded.ts';

const MIN_SENTENCE_TOKENS = 10;

export const babilong: Suite = {
  name: 'babilong',
  summary: 'BABILong (Kuratov et al. 2024), generated: bAbI stories of tasks qa1 to qa5 scattered in order through Moby-Dick',
  licence: 'bAbI: CC BY 3.0 (Facebook); text: public domain',
  async *documents(options) {
    const background = new Background(sentencesIn(await loadProse({ ...options, numTokens: 1.5 * options.numTokens })), options.countTokens);
    for (const task of BABI_TASKS) yield* samplesOf(task, background, options);
  },
};

async function* samplesOf(task: BabiTask, background: Background, options: SuiteOptions): AsyncIterable<EvalDocument> {
  const items = await loadBabi(task, options);
  const chosen = sample(items, Math.min(options.samples, items.length), seeded(options.seed, 'babilong', task));
  if (chosen.length < options.samples) throw new RangeError(`${task} has ${items.length} questions, ${options.samples} were asked for`);
  for (const [index, item] of chosen.entries()) {
    const random = seeded(options.seed, 'babilong', task, index);
    const document = new DocumentBuilder();
    const room = options.numTokens - item.facts.reduce((sum, fact) => sum + options.countTokens(` ${fact}`), 0);
    const places = scatter(document, item, background.take(room, random), random);
    const built = document.build();
    yield {
      name: `babilong-${task}-${options.numTokens}-${options.seed}-${index}.txt`, bytes: built.bytes, mediaType: 'text/plain',
      questions: [{
        id: `${task}-${index}`, task, question: item.question, answers: [item.answer], judge: 'any',
        gold: built.gold(item.supporting.map((fact) => places[fact]!)),
        goldPassage: item.facts.join(' '), // the whole story: BABILong's 0K
      }],
    };
  }
}

/** Returns where each fact stands. Several may stand in one gap, as in BABILong. */
function scatter(document: DocumentBuilder, { facts }: BabiItem, sentences: readonly string[], random: Random): UnitRange[] {
  const gaps = facts.map(() => random.below(sentences.length + 1)).sort((a, b) => a - b);
  let from = 0;
  const places = facts.map((fact, i) => {
    if (gaps[i]! > from) document.add(`${sentences.slice(from, gaps[i]).join(' ')} `);
    from = gaps[i]!;
    const place = document.add(fact);
    document.add(' ');
    return place;
  });
  document.add(sentences.slice(from).join(' '));
  return places;
}

/** Sentences of the book of at least ten tokens. */
class Background {
  readonly #sentences: readonly string[];
  readonly #countTokens: (text: string) => number;
  readonly #numTokens = new Map<number, number>();

  constructor(sentences: readonly string[], countTokens: (text: string) => number) {
    this.#sentences = sentences;
    this.#countTokens = countTokens;
  }

  /** As many as have numTokens tokens, one after the other from a random place on, around its end. The last is cut to fit. */
  take(numTokens: number, random: Random): string[] {
    const taken: string[] = [];
    const start = random.below(this.#sentences.length);
    for (let i = 0, left = numTokens; left > 0; i++) {
      if (i === this.#sentences.length) throw new RangeError(`the text has too few sentences for ${numTokens} tokens`);
      const at = (start + i) % this.#sentences.length;
      const tokens = this.#tokensOf(at);
      if (tokens < MIN_SENTENCE_TOKENS) continue;
      const sentence = this.#sentences[at]!;
      taken.push(tokens <= left ? sentence : sentence.slice(0, sentence.lastIndexOf(' ', Math.floor((sentence.length * left) / tokens))));
      left -= tokens;
    }
    return taken;
  }

  #tokensOf(at: number): number {
    let tokens = this.#numTokens.get(at);
    if (tokens === undefined) {
      tokens = this.#countTokens(` ${this.#sentences[at]!}`);
      this.#numTokens.set(at, tokens);
    }
    return tokens;
  }
}
