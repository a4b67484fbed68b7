// Aggregation: the most common words of a list (cwe), the most frequent of made-up words (fwe). No single passage answers: nothing is to be found.
import type { Random } from '@lectern/reader';
import { loadWords } from '../../data/words.ts';
import { DocumentBuilder } from '../../text/builder.ts';
import { sample, shuffled } from '../../text/seeded.ts';
import type { RulerTask } from './task.ts';

const NUM_COMMON = 10;
const CWE_QUESTION = `What are the ${NUM_COMMON} most common words in the above list?`;

interface Frequencies { common: number; others: number }

export const COMMON_WORDS: RulerTask = {
  name: 'cwe', answerTokens: 120, judge: 'all', step: () => 10,
  prepare: async (options) => {
    const { adjectives, nouns } = await loadWords(options);
    const known = [...new Set([...adjectives, ...nouns])].sort();
    const isShort = options.numTokens < 4096;
    return (units, random) => {
      const document = new DocumentBuilder();
      const words = numberOfWords(known, Math.max(units, NUM_COMMON + 1) + (isShort ? 20 : 40), random);
      const exampleWords = words.splice(0, isShort ? 20 : 40);
      const example = list(exampleWords, isShort ? { common: 3, others: 1 } : { common: 10, others: 3 }, random);
      document.add(`${example}\nQuestion: ${CWE_QUESTION} Answer: The top ${NUM_COMMON} words that appear most often in the list are: ${exampleWords.slice(0, NUM_COMMON).map((w, i) => `${i + 1}. ${w}`).join(' ')}\n\n`);
      document.add(list(words, isShort ? { common: 6, others: 1 } : { common: 30, others: 3 }, random));
      return { document, question: CWE_QUESTION, answers: words.slice(0, NUM_COMMON), gold: [] };
    };
  },
};

/** The first ten are the common ones. */
function list(words: readonly string[], { common, others }: Frequencies, random: Random): string {
  const all = shuffled(words.flatMap((word, i) => Array.from({ length: i < NUM_COMMON ? common : others }, () => word)), random);
  return 'Below is a numbered list of words. In these words, some appear more often than others. Memorize the ones that appear most often.\n'
    + all.map((word, i) => `${i + 1}. ${word}`).join(' ');
}

/** Beyond the words that are known, two of them joined. */
function numberOfWords(known: readonly string[], n: number, random: Random): string[] {
  const words = new Set(sample(known, Math.min(n, known.length), random));
  while (words.size < n) words.add(random.pick(known) + random.pick(known));
  return [...words];
}

const FWE_ANSWER_TOKENS = 50;
const TOKENS_PER_WORD_OF_VOCABULARY = 50;
const ALPHA = 2;
const ZETA_OF_ALPHA = Math.PI ** 2 / 6;

export const FREQUENT_WORDS: RulerTask = {
  name: 'fwe', answerTokens: FWE_ANSWER_TOKENS, judge: 'all',
  step: (numTokens) => Math.max(1, Math.floor(numTokens / 32)),
  prepare: async ({ numTokens }) => (units, random) => {
    const size = Math.max(4, Math.floor((numTokens - FWE_ANSWER_TOKENS) / TOKENS_PER_WORD_OF_VOCABULARY));
    const vocabulary = madeUpWords(size, random);
    vocabulary[0] = '...';
    const all = vocabulary.flatMap((word, i) => Array.from({ length: Math.floor(units * (i + 1) ** -ALPHA / ZETA_OF_ALPHA) }, () => word));
    const document = new DocumentBuilder();
    document.add(`Read the following coded text and track the frequency of each coded word. Find the three most frequently appeared coded words. ${shuffled(all, random).join(' ')}`);
    return {
      document, answers: vocabulary.slice(1, 4), gold: [],
      question: "Do not provide any explanation. Please ignore the dots '....'. What are the three most frequently appeared words in the above coded text?",
    };
  },
};

function madeUpWords(n: number, random: Random): string[] {
  const words = new Set<string>();
  while (words.size < n) words.add(Array.from({ length: 6 }, () => String.fromCharCode(97 + random.below(26))).join(''));
  return shuffled([...words].sort(), random);
}
